//! Answers of one length, copied as they are, because hosts see the work of a serializer.
use common::amount::Id;
use common::answer::{copied, outcome, Outcome};
use common::select::{equal, pick, Choice};
use cosmwasm_std::{Binary, StdResult};

/// What became of an act: a place in `OUTCOMES`. A refusal depends on a secret, so the transaction succeeds.
pub type Verdict = u8;

macro_rules! outcomes {
    ($($name:ident = $place:literal, $status:literal, $reason:literal;)*) => {
        $(pub const $name: Verdict = $place;)*
        const OUTCOMES: &[Outcome] = &[$(outcome($status, $reason)),*];
    };
}

outcomes! {
    DONE = 0, "done", "";
    NOT_YOURS = 1, "refused", "the licence is not yours";
    OVER = 2, "refused", "the licence is over";
    NOT_ACTIVE = 3, "refused", "the licence is not active";
    LOW_ORDER = 4, "refused", "the device key is zero or of low order; make a new key pair";
    NO_MORE_CHANGES = 5, "refused", "two device changes in 30 days are the most";
    NO_SESSION = 6, "refused", "an owned licence needs no session";
    RENT_OVER = 7, "refused", "the rent is over";
    NO_RESALE = 8, "refused", "licences of this item cannot be resold";
    TOO_DEAR = 9, "refused", "the price must be below 2^96";
    NO_GIFT = 10, "refused", "licences of this item cannot be given away";
    YOURS = 11, "refused", "the licence is yours already";
    NOT_PENDING = 12, "refused", "the purchase is not pending";
    TOO_EARLY = 13, "refused", "it is too early for a refund";
    ELSEWHERE = 14, "refused", "the price is in another token or coin";
}

/// The first reason whose rule is broken, or `DONE`. Looks at all of them.
pub fn first_broken(rules: &[(Choice, Verdict)]) -> Verdict {
    rules.iter().rev().fold(DONE, |later, (broken, reason)| pick(*broken, later, *reason))
}

/// `{"NAME":{"status","reason"}}`
pub fn verdict(name: &str, verdict: Verdict) -> StdResult<Binary> {
    copied(name, &[&OUTCOMES[usize::from(verdict)]])
}

/// The same with a number of 20 digits, which is 0 when the act was refused.
pub fn numbered(name: &str, verdict: Verdict, field: &str, number: u64) -> StdResult<Binary> {
    let number = Id(pick(equal(verdict, DONE), 0, number)).text();
    let outcome = &OUTCOMES[usize::from(verdict)];
    copied(name, &[outcome, b",\"", field.as_bytes(), b"\":\"", number.as_bytes(), b"\""])
}
