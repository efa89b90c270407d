//! Money over 1,000 seeds: what the contract holds is what it owes, after every message.
mod shop;

use common::testing::{account, Random};
use common::vault::Purse;
use content::rows::{find_licence, load_owner, Status};
use serde_json::{json, Value};
use shop::*;

/// Held for pending purchases, and collectable by anyone, by place.
fn owed(shop: &Shop) -> Vec<Purse> {
    let state = shop.state();
    let mut owed = vec![state.fees];
    let mut owe = |place: u8, amount: u128| {
        let mut purse = Purse::default();
        purse[usize::from(place)] = amount;
        owed.push(purse);
    };
    for item in state.items.iter().filter(|item| item.listed == 1) {
        owe(item.token, item.earned + item.royalties_earned.iter().sum::<u128>());
    }
    for number in 1..state.next {
        let licence = find_licence(&shop.deps.storage, number).unwrap().unwrap();
        if licence.status == Status::Pending {
            owe(state.items[usize::from(licence.item)].token, licence.paid);
        }
    }
    owed.extend(ACCOUNTS.map(|name| load_owner(&shop.deps.storage, &account(name)).unwrap().purse));
    owed
}

/// The ledger counts what tokens and bank hold, and that is what is owed.
fn check_money(shop: &Shop) {
    let escrow = shop.state().escrow;
    escrow.check(owed(shop)).unwrap();
    assert_eq!((&escrow.held[..PLACES], escrow.held[PLACES]), (&shop.balances[..], 0));
}

/// Licences that count against the supply: the first in a chain of resales and transfers.
fn check_supply(shop: &Shop) {
    let state = shop.state();
    let mut counted = [0; 32];
    for number in 1..state.next {
        let licence = find_licence(&shop.deps.storage, number).unwrap().unwrap();
        if licence.parent == 0 && licence.status != Status::Refunded {
            counted[usize::from(licence.item)] += 1;
        }
    }
    for (item, counted) in state.items.iter().zip(counted) {
        assert!(item.sold <= item.supply);
        assert_eq!(item.sold, counted);
    }
}

fn shop_with_items() -> Shop {
    let mut shop = Shop::new();
    let royalty = json!([{ "to": AUTHOR, "bps": 1_500 }, { "to": BOB, "bps": 500 }]);
    shop.list(json!({ "supply": 4, "transfer": "free", "royalties": royalty, "revocable": true })).unwrap();
    shop.list(json!({ "transfer": "resale_only", "royalties": royalty, "delivery": "instant",
                      "price": { "token": 1, "amount": "777" } }))
        .unwrap();
    shop.list(json!({ "licence": { "rent": { "seconds": 5_000 } }, "revocable": true })).unwrap();
    shop.list(json!({ "supply": 3, "transfer": "resale_only", "royalties": royalty, "revocable": true,
                      "price": { "coin": COIN, "amount": "500" } }))
        .unwrap();
    shop
}

fn act(shop: &mut Shop, draws: &mut Random) {
    let by = draws.pick(&ACCOUNTS);
    let id = draws.below(u64::from(shop.state().next) + 1).max(1);
    let number = id.to_string();
    let token = draws.below(2) as usize;
    let amount = draws.pick(&[0, 1, 500, 777, PRICE, PRICE + 1, 5_000]);
    let item = draws.below(5).to_string();
    let device = base64(&device(1));
    let body = json!({ "licence": number });
    // Refusals and failures are wanted too.
    let _ = match draws.below(16) {
        0 | 1 => {
            let (item, token, price) = draws.pick(&[(0, 0, PRICE), (1, 1, 777), (2, 0, PRICE)]);
            let body = json!({ "item_id": item.to_string(), "device": device });
            shop.send(token, by, price, "buy", body)
        }
        2 => shop.send(token, by, amount, "buy", json!({ "item_id": item, "device": device })),
        3 | 4 => confirm(shop, draws, id),
        5 if draws.below(2) == 0 => {
            shop.run(by, "refund", json!({ "licence": number, "only": draws.below(4) }))
        }
        5 => shop.run(by, "refund", body),
        6 if draws.below(2) == 0 => shop.run(by, "collect", json!({ "only": draws.below(4) })),
        6 => shop.run(by, "collect", json!({})),
        7 => {
            let what = if draws.below(5) == 0 { "delete" } else { "resale" };
            if id < u64::from(shop.state().next) {
                shop.act(by, id, what, json!({ "amount": amount.to_string() }));
            }
            return;
        }
        8 => {
            let offer =
                find_licence(&shop.deps.storage, id as u32).unwrap().map_or(0, |licence| licence.offer);
            let resale =
                json!({ "licence": number, "item_id": draws.below(2).to_string(), "device": device });
            shop.send(token, by, offer, "buy_resale", resale)
        }
        9 => shop.run(by, "transfer", json!({ "licence": number, "to": draws.pick(&ACCOUNTS) })),
        10 => shop.send(token, PUBLISHER, amount, "revoke", body),
        11 => shop.run(PUBLISHER, "grant", json!({ "item_id": item, "to": by })),
        12 | 13 => shop.pay(by, 500, "buy", json!({ "item_id": "3", "device": device })),
        14 if draws.below(2) == 0 => shop.pay(PUBLISHER, amount, "revoke", body),
        14 => {
            let offer =
                find_licence(&shop.deps.storage, id as u32).unwrap().map_or(0, |licence| licence.offer);
            shop.pay(by, offer, "buy_resale", json!({ "licence": number, "item_id": "3", "device": device }))
        }
        _ => {
            shop.wait(draws.below(2_000));
            return;
        }
    };
}

/// Sometimes the leaf is of another purchase.
fn confirm(shop: &mut Shop, draws: &mut Random, id: u64) -> cosmwasm_std::StdResult<Value> {
    let other = if draws.below(4) == 0 { 1 } else { id };
    let leaf =
        find_licence(&shop.deps.storage, other as u32).unwrap().map_or([0; 32], |licence| licence.leaf);
    let purchase = json!({ "licence": id.to_string(), "leaf": base64(&leaf) });
    shop.raw(CONFIRMER, json!({ "confirm": { "purchases": [purchase.clone(), purchase] } }))
}

#[test]
fn held_and_collectable_equal_the_balances_over_1_000_seeds() {
    let mut sold = 0;
    for seed in 0..1_000 {
        let mut draws = Random(seed);
        let mut shop = shop_with_items();
        for _ in 0..25 {
            act(&mut shop, &mut draws);
            check_money(&shop);
            check_supply(&shop);
        }
        sold += shop.state().next - 1;
        take_everything(&mut shop, seed);
    }
    assert!(sold > 4_000, "only {sold} licences were made");
}

/// At the end nothing is locked: every pending purchase is refunded, everything earned is collected.
fn take_everything(shop: &mut Shop, seed: u64) {
    shop.wait(3_600);
    for number in 1..shop.state().next {
        for by in ACCOUNTS {
            shop.run(by, "refund", json!({ "licence": number.to_string() })).unwrap();
        }
    }
    for by in ACCOUNTS {
        shop.run(by, "collect", json!({})).unwrap();
    }
    assert_eq!(shop.balances, [0; PLACES], "seed {seed}: something stays");
}
