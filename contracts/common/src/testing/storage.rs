use std::collections::BTreeMap;

use cosmwasm_std::Storage;

/// Storage that can be copied, unlike cosmwasm's own.
#[derive(Clone, Default)]
pub struct Rows(pub BTreeMap<Vec<u8>, Vec<u8>>);

impl Storage for Rows {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.0.insert(key.to_vec(), value.to_vec());
    }

    fn remove(&mut self, key: &[u8]) {
        self.0.remove(key);
    }
}

/// Remembers the rows that a call changes, so that a failed call can be undone as the chain does it.
pub struct Journal<'a> {
    inner: &'a mut dyn Storage,
    before: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl<'a> Journal<'a> {
    pub fn new(inner: &'a mut dyn Storage) -> Self {
        Journal { inner, before: vec![] }
    }

    /// Writes back all rows of before.
    pub fn undo(self) {
        for (key, value) in self.before.into_iter().rev() {
            match value {
                Some(value) => self.inner.set(&key, &value),
                None => self.inner.remove(&key),
            }
        }
    }

    /// Keys in the order of their writes.
    pub fn written(&self) -> Vec<Vec<u8>> {
        self.before.iter().map(|(key, _)| key.clone()).collect()
    }

    fn remember(&mut self, key: &[u8]) {
        self.before.push((key.to_vec(), self.inner.get(key)));
    }
}

impl Storage for Journal<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.inner.get(key)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.remember(key);
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.remember(key);
        self.inner.remove(key);
    }
}
