//! Random sequences of all messages by many accounts, against a model that keeps every bid and sorts.
//! `SOTTO_SEED` moves the range of seeds.

mod house;

use std::collections::{BTreeMap, BTreeSet};

use common::testing::Random;
use house::{id_text, text, House, ADMIN, FEE_TO, START};
use serde_json::{json, Value};

const SEEDS: u64 = 1000;
const STEPS: usize = 80;
const GRACE: u64 = 600;
const WITNESSES: [&str; 2] = ["wit_a", "wit_b"];
const USERS: [&str; 6] = ["ann", "bob", "cat", "dan", "sue", FEE_TO];

struct Auction {
    seller: &'static str,
    lot_token: usize,
    lot_amount: u128,
    bid_token: usize,
    second_price: bool,
    min_bid: u128,
    reserve: u128,
    starts_at: u64,
    ends_at: u64,
    bids: BTreeMap<&'static str, (u128, u64)>,
    bid_settled: BTreeSet<&'static str>,
    sale_settled: bool,
    /// 0: no witnesses.
    threshold: usize,
    confirmed: BTreeSet<&'static str>,
    frozen_at: u64,
    /// "open", "frozen", "sold", "not_sold", "cancelled"
    status: &'static str,
    winner: &'static str,
    price: u128,
    fee: u128,
}

#[derive(Default)]
struct Model {
    free: BTreeMap<(&'static str, usize), u128>,
    wallets: BTreeMap<(&'static str, usize), u128>,
    auctions: Vec<Auction>,
    acts: u64,
    stopped: bool,
    fee_bps: u128,
}

impl Model {
    fn free(&self, user: &'static str, token: usize) -> u128 {
        *self.free.get(&(user, token)).unwrap_or(&0)
    }

    fn add(&mut self, user: &'static str, token: usize, amount: u128) {
        *self.free.entry((user, token)).or_default() += amount;
    }

    fn take(&mut self, user: &'static str, token: usize, amount: u128) {
        *self.free.get_mut(&(user, token)).unwrap() -= amount;
    }

    fn bid(&mut self, user: &'static str, index: usize, amount: u128, now: u64) -> bool {
        let auction = &self.auctions[index];
        let own = auction.bids.get(user).map_or(0, |bid| bid.0);
        let open = auction.status == "open" && (auction.starts_at..auction.ends_at).contains(&now);
        let covered = self.free(user, auction.bid_token) + own >= amount;
        if !open || self.stopped || amount < auction.min_bid || amount <= own || !covered {
            return false;
        }
        let token = auction.bid_token;
        self.add(user, token, own);
        self.take(user, token, amount);
        self.auctions[index].bids.insert(user, (amount, self.acts));
        true
    }

    fn close(&mut self, index: usize) {
        let fee_bps = self.fee_bps;
        let auction = &mut self.auctions[index];
        let mut order: Vec<_> =
            auction.bids.iter().map(|(user, (amount, seq))| (*amount, *seq, *user)).collect();
        order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        auction.status = "not_sold";
        if let Some((amount, _, user)) = order.first().filter(|best| best.0 >= auction.reserve) {
            let other = order.get(1).map_or(0, |bid| bid.0);
            let second = other.max(auction.reserve).max(auction.min_bid);
            auction.status = "sold";
            auction.winner = user;
            auction.price = if auction.second_price { second } else { *amount };
            auction.fee = auction.price * fee_bps / 10_000;
            assert!(auction.price <= *amount);
        }
        let (token, fee) = (auction.bid_token, auction.fee);
        self.add(FEE_TO, token, fee);
    }

    fn settle(&mut self, user: &'static str, index: usize) -> bool {
        let auction = &mut self.auctions[index];
        if auction.status == "open" || auction.status == "frozen" {
            return false;
        }
        let mut gains = vec![];
        if let Some((amount, _)) =
            auction.bids.get(user).copied().filter(|_| auction.bid_settled.insert(user))
        {
            let won = auction.status == "sold" && auction.winner == user;
            gains.push((auction.bid_token, if won { amount - auction.price } else { amount }));
            gains.push((auction.lot_token, if won { auction.lot_amount } else { 0 }));
        }
        if auction.seller == user && !auction.sale_settled {
            auction.sale_settled = true;
            gains.push(match auction.status {
                "sold" => (auction.bid_token, auction.price - auction.fee),
                _ => (auction.lot_token, auction.lot_amount),
            });
        }
        let any = !gains.is_empty();
        gains.into_iter().for_each(|(token, amount)| self.add(user, token, amount));
        any
    }

    /// What the house owes in one token.
    fn owed(&self, token: usize) -> u128 {
        let free: u128 = USERS.iter().map(|user| self.free(user, token)).sum();
        let in_auctions: u128 = self.auctions.iter().map(|auction| auction.owed(token)).sum();
        free + in_auctions
    }
}

impl Auction {
    /// The messages that end it now, by their name.
    fn ends(&self, now: u64) -> Option<&'static str> {
        let open = match self.threshold {
            0 => self.status == "open" && now >= self.ends_at,
            _ => {
                self.status == "frozen"
                    && (self.confirmed.len() >= self.threshold || now >= self.frozen_at + GRACE)
            }
        };
        let freezes = self.threshold > 0 && self.status == "open" && now >= self.ends_at;
        open.then_some("close").or(freezes.then_some("freeze"))
    }

    fn owed(&self, token: usize) -> u128 {
        let sold = self.status == "sold";
        let mut owed = 0;
        for (user, (amount, _)) in &self.bids {
            let won = sold && self.winner == *user;
            if !self.bid_settled.contains(user) {
                owed += if self.bid_token == token { amount - if won { self.price } else { 0 } } else { 0 };
                owed += if self.lot_token == token && won { self.lot_amount } else { 0 };
            }
        }
        if !self.sale_settled {
            owed += if self.lot_token == token && !sold { self.lot_amount } else { 0 };
            owed += if self.bid_token == token && sold { self.price - self.fee } else { 0 };
        }
        owed
    }
}

struct Session {
    house: House,
    model: Model,
    random: Random,
}

impl Session {
    fn new(seed: u64) -> Session {
        let mut random = Random(seed);
        let fee_bps = random.pick(&[0u16, 1, 250, 500]);
        let model = Model { fee_bps: fee_bps.into(), ..Model::default() };
        let mut session = Session { house: House::new(fee_bps), model, random };
        for (user, token) in USERS.iter().flat_map(|user| [(user, 0), (user, 1)]) {
            session.house.deposit(user, token, 1000).unwrap();
            session.model.add(user, token, 1000);
        }
        session
    }

    fn user(&mut self) -> &'static str {
        self.random.pick(&USERS)
    }

    /// An auction, sometimes one that is not there.
    fn auction(&mut self) -> Option<usize> {
        let index = self.random.below(self.model.auctions.len() as u64 + 1) as usize;
        (index < self.model.auctions.len()).then_some(index)
    }

    fn deposit(&mut self) {
        let (user, token) = (self.user(), self.random.below(2) as usize);
        let amount = self.random.pick(&[0, 1, 500, 100_000, 1 << 60]);
        let result = self.house.deposit(user, token, amount);
        assert_eq!(result.is_ok(), !self.model.stopped);
        if result.is_ok() {
            self.model.add(user, token, amount);
        }
    }

    fn withdraw(&mut self) {
        let user = self.user();
        let asked = [0, 1].map(|token| match self.random.below(4) {
            0 => 0,
            1 => self.model.free(user, token),
            2 => self.model.free(user, token) / 2,
            _ => self.model.free(user, token) + 1,
        });
        let covered = (0..2).all(|token| asked[token] <= self.model.free(user, token));
        let answer = self.house.withdraw(user, asked[0], asked[1]);
        assert_eq!(answer["status"] == "accepted", covered);
        if covered {
            for token in 0..2 {
                *self.model.wallets.entry((user, token)).or_default() += asked[token];
                self.model.add(user, token, 0);
                self.model.take(user, token, asked[token]);
            }
        }
    }

    fn create(&mut self) {
        let (seller, now) = (self.user(), self.house.now());
        let lot_token = self.random.below(2) as usize;
        let free = self.model.free(seller, lot_token);
        let lot_amount = self.random.pick(&[1, 5, free, free + 1]);
        let auction = Auction {
            seller,
            lot_token,
            lot_amount,
            bid_token: 1 - lot_token,
            second_price: self.random.below(2) == 0,
            min_bid: self.random.pick(&[0, 1, 100]),
            reserve: self.random.pick(&[0, 0, 300, 501]),
            starts_at: now + self.random.pick(&[0, 0, 700]),
            ends_at: now + self.random.pick(&[600, 1300, 4000]),
            bids: BTreeMap::new(),
            bid_settled: BTreeSet::new(),
            sale_settled: false,
            threshold: self.random.pick(&[0, 0, 1, 2]),
            confirmed: BTreeSet::new(),
            frozen_at: 0,
            status: "open",
            winner: "",
            price: 0,
            fee: 0,
        };
        let own = self.model.auctions.iter().filter(|a| a.status == "open" && a.seller == seller).count();
        let long = auction.ends_at >= auction.starts_at + 600;
        let fits = long && lot_amount > 0 && lot_amount <= free && own < 2 && !self.model.stopped;
        let mut body = self.house.terms(json!({
            "lot": { "token": { "index": lot_token, "amount": text(lot_amount) } },
            "bid_token": auction.bid_token, "min_bid": text(auction.min_bid), "reserve": text(auction.reserve),
            "format": if auction.second_price { "second_price" } else { "first_price" },
            "starts_at": auction.starts_at, "ends_at": auction.ends_at
        }));
        if auction.threshold > 0 {
            body["witnesses"] =
                json!({ "addresses": WITNESSES, "threshold": auction.threshold, "grace": GRACE });
        }
        if !fits {
            self.house.err(seller, "create_auction", body);
            return;
        }
        let answer = self.house.ok(seller, "create_auction", body);
        self.model.acts += 1;
        self.model.auctions.push(auction);
        assert_eq!(answer["auction_id"], id_text(self.model.auctions.len() as u64));
        self.model.take(seller, lot_token, lot_amount);
    }

    fn act(&mut self) {
        let user = self.user();
        let amount = self.random.pick(&[0, 1, 99, 100, 101, 300, 500, 501, 502, 100_000, u128::MAX]);
        let kind = self.random.below(8);
        let Some(index) = self.auction() else {
            let id = self.model.auctions.len() as u64 + 1;
            let body = self.house.act_body(json!({ "cover": { "auction_id": id_text(id) } }));
            assert!(self.house.err(user, "act", body).contains("no auction"));
            return;
        };
        let id = id_text(index as u64 + 1);
        let (action, accepted) = match kind {
            0 => (json!({ "cover": { "auction_id": id } }), true),
            1 | 2 => (json!({ "settle": { "auction_id": id } }), self.model.settle(user, index)),
            _ => {
                let accepted = self.model.bid(user, index, amount, self.house.now());
                (json!({ "bid": { "auction_id": id, "amount": text(amount) } }), accepted)
            }
        };
        let answer = self.house.act(user, action.clone());
        self.model.acts += 1;
        assert_eq!(answer == "accepted", accepted, "{user} {action}: {answer}");
    }

    fn end(&mut self) {
        let Some(index) = self.auction() else { return };
        let now = self.house.now();
        let auction = &self.model.auctions[index];
        let body = json!({ "auction_id": id_text(index as u64 + 1) });
        let user = if self.random.below(2) == 0 { auction.seller } else { "keeper" };
        let open = auction.status == "open";
        let (name, fits) = match self.random.below(6) {
            0 => ("cancel", open && user == auction.seller && now < auction.starts_at),
            1 | 2 if auction.status == "frozen" => return self.confirm(index),
            2..=4 if open => ("freeze", auction.ends(now) == Some("freeze")),
            _ => ("close", auction.ends(now) == Some("close")),
        };
        if !fits {
            self.house.err(user, name, body);
            return;
        }
        self.house.ok(user, name, body);
        self.model.acts += u64::from(name != "freeze");
        let auction = &mut self.model.auctions[index];
        match name {
            "cancel" => auction.status = "cancelled",
            "freeze" => {
                (auction.status, auction.frozen_at) = ("frozen", now);
                self.confirm(index);
                self.confirm(index);
            }
            _ => self.model.close(index),
        }
    }

    fn confirm(&mut self, index: usize) {
        let auction = &mut self.model.auctions[index];
        let witness = self.random.pick(&["wit_a", "wit_b", "ann"]);
        let id = id_text(index as u64 + 1);
        let seen = self.house.auction(index as u64 + 1)["witnesses"]["frozen"].clone();
        let mut body = json!({ "auction_id": id, "n": "0", "head": "" });
        if auction.status == "frozen" {
            body["n"] = seen["n"].clone();
            body["head"] = seen["head"].clone();
        }
        if auction.status == "frozen" && witness != "ann" && auction.confirmed.insert(witness) {
            self.house.ok(witness, "confirm", body);
        } else {
            self.house.err(witness, "confirm", body);
        }
    }

    fn stop(&mut self) {
        let level = if self.model.stopped { "normal_run" } else { "stop_new" };
        let msg = json!({ "set_contract_status": { "level": level, "bind": self.house.bind(ADMIN) } });
        if self.house.run(ADMIN, msg).is_ok() {
            self.model.stopped = !self.model.stopped;
        }
    }

    /// Messages that fail or that have no gas: nothing of them stays.
    fn disturb(&mut self) {
        let user = self.user();
        let id = id_text(1 + self.random.below(self.model.auctions.len() as u64 + 2));
        let bind = self.house.bind(user);
        let act = |action: Value, bind: &Value| {
            let mut body = self.house.act_body(action);
            body["bind"] = bind.clone();
            json!({ "act": body })
        };
        let bid = json!({ "bid": { "auction_id": id, "amount": text(500) } });
        let copied = act(bid.clone(), &self.house.bind("eve"));
        let lost: [Value; 4] = [
            act(bid, &bind),
            act(json!({ "settle": { "auction_id": id } }), &bind),
            json!({ "close": { "auction_id": id, "bind": bind } }),
            json!({ "withdraw": { "amounts": [text(0), text(1)], "bind": bind } }),
        ];
        let which = self.random.below(4) as usize;
        self.house.run_out_of_gas(user, lost[which].clone());
        self.house.run(user, copied).unwrap_err();
        self.house.run(user, self.house.hook(user, 1 << 50)).unwrap_err();
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0..=2 => self.deposit(),
            3 => self.withdraw(),
            4 | 5 => self.create(),
            6..=13 => self.act(),
            14 | 15 => self.end(),
            16 if self.random.below(10) == 0 => self.stop(),
            17 => self.disturb(),
            _ => {
                let now = self.house.now() + self.random.pick(&[1, 60, 300, 600]);
                self.house.set_time(now);
            }
        }
        // A stop of 14 days does not end in a session.
        assert!(self.house.now() < START + 14 * 86_400);
    }

    fn check(&self) {
        let escrow = common::vault::Escrow::load(&self.house.deps.storage).unwrap();
        for token in 0..2 {
            let held = *self.house.wallets.get(&("house".to_string(), token)).unwrap_or(&0);
            assert_eq!((escrow.held[token], self.model.owed(token)), (held, held));
        }
        for user in USERS {
            let account = self.house.account(user);
            for token in 0..2 {
                assert_eq!(account.free[token], self.model.free(user, token));
                let locked = |auction: &Auction| match auction.bids.get(user) {
                    Some((amount, _))
                        if auction.bid_token == token && !auction.bid_settled.contains(user) =>
                    {
                        *amount
                    }
                    _ => 0,
                };
                assert_eq!(account.locked[token], self.model.auctions.iter().map(locked).sum::<u128>());
            }
        }
        for (index, auction) in self.model.auctions.iter().enumerate() {
            let seen = self.house.auction(index as u64 + 1);
            assert_eq!(seen["status"], auction.status);
            if auction.status == "sold" {
                assert_eq!(seen["price"], text(auction.price));
                assert_eq!(seen["winner"], auction.winner);
            }
        }
    }

    /// Everyone leaves, in any order, also under a stop.
    fn leave(&mut self) {
        self.house.set_time(self.house.now() + 5000);
        for index in 0..self.model.auctions.len() {
            if self.model.auctions[index].ends(self.house.now()) == Some("freeze") {
                self.house.ok("keeper", "freeze", json!({ "auction_id": id_text(index as u64 + 1) }));
                self.model.auctions[index].status = "frozen";
            }
        }
        self.house.set_time(self.house.now() + GRACE);
        for index in 0..self.model.auctions.len() {
            if ["open", "frozen"].contains(&self.model.auctions[index].status) {
                self.house.close(index as u64 + 1);
                self.model.close(index);
            }
        }
        let first = self.random.below(USERS.len() as u64) as usize;
        for turn in 0..USERS.len() {
            let user = USERS[(first + turn) % USERS.len()];
            for index in 0..self.model.auctions.len() {
                let due = self.model.settle(user, index);
                assert_eq!(self.house.settle(user, index as u64 + 1) == "accepted", due);
            }
            let free = [0, 1].map(|token| self.model.free(user, token));
            assert_eq!(self.house.withdraw(user, free[0], free[1])["status"], "accepted");
            for token in 0..2 {
                let had = *self.model.wallets.get(&(user, token)).unwrap_or(&0);
                let has = *self.house.wallets.get(&(user.to_string(), token)).unwrap_or(&0);
                assert_eq!(has, had + free[token]);
            }
        }
        for token in 0..2 {
            assert_eq!(*self.house.wallets.get(&("house".to_string(), token)).unwrap_or(&0), 0);
        }
    }
}

#[test]
fn over_1000_seeds_the_house_owes_what_it_holds_and_everyone_can_leave() {
    let first: u64 = std::env::var("SOTTO_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let (mut sold, mut auctions, mut witnessed) = (0, 0, 0);
    for seed in first..first + SEEDS {
        let mut session = Session::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for step in 0..STEPS {
            session.step();
            if step % 10 == 9 {
                session.check();
            }
        }
        session.leave();
        auctions += session.model.auctions.len();
        sold += session.model.auctions.iter().filter(|auction| auction.status == "sold").count();
        witnessed += session.model.auctions.iter().filter(|auction| !auction.confirmed.is_empty()).count();
    }
    // Otherwise the sessions would prove little.
    assert!(
        sold > 200 && auctions > 1000 && witnessed > 50,
        "{sold} of {auctions} sold, {witnessed} witnessed"
    );
    println!("{sold} of {auctions} auctions sold, {witnessed} with confirmations");
}
