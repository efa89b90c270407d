use serde_json::Value;

/// JSON pointers of all fields and list items inside of a value, nested ones too.
pub fn places(value: &Value) -> Vec<String> {
    let mut found = vec![];
    collect(value, "", &mut found);
    found
}

fn collect(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => vec![],
    };
    for (name, value) in children {
        let place = format!("{at}/{name}");
        found.push(place.clone());
        collect(value, &place, found);
    }
}

/// The field's name, or the item's number in its list.
pub fn name_of(place: &str) -> &str {
    place.rsplit_once('/').expect("a place begins with a slash").1
}

pub fn is_item(place: &str) -> bool {
    name_of(place).bytes().all(|byte| byte.is_ascii_digit())
}

/// The value without one field or item.
pub fn without(value: &Value, place: &str) -> Value {
    let mut changed = value.clone();
    let (parent, name) = place.rsplit_once('/').expect("a place begins with a slash");
    match changed.pointer_mut(parent).expect("a place of this value") {
        Value::Object(fields) => drop(fields.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse().expect("the number of an item"))),
        other => panic!("{parent} is neither an object nor a list: {other}"),
    }
    changed
}

/// The value with another one in a place.
pub fn replaced(value: &Value, place: &str, new: Value) -> Value {
    let mut changed = value.clone();
    *changed.pointer_mut(place).expect("a place of this value") = new;
    changed
}
