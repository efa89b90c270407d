use cosmwasm_std::testing::{mock_dependencies, mock_env, mock_info};
use cosmwasm_std::{from_binary, StdResult};
use starter::{execute, instantiate, query, CountAnswer, ExecuteMsg, InstantiateMsg, QueryMsg, ReadAnswer};

#[test]
fn a_note_opens_with_its_key_only() {
    let mut deps = mock_dependencies();
    instantiate(deps.as_mut(), mock_env(), mock_info("owner", &[]), InstantiateMsg { limit: 20 }).unwrap();
    let write = |text: &str| ExecuteMsg::Write { text: text.into(), key: "secret".into() };
    execute(deps.as_mut(), mock_env(), mock_info("alice", &[]), write("buy milk")).unwrap();

    let read = |key: &str| -> StdResult<ReadAnswer> {
        let msg = QueryMsg::Read { address: "alice".into(), key: key.into() };
        from_binary(&query(deps.as_ref(), mock_env(), msg)?)
    };
    assert_eq!(read("secret").unwrap().text, "buy milk");
    assert!(read("guess").is_err());
    let count: CountAnswer =
        from_binary(&query(deps.as_ref(), mock_env(), QueryMsg::Count {}).unwrap()).unwrap();
    assert_eq!(count.count, 1);
}

#[test]
fn a_note_that_is_too_long_is_refused() {
    let mut deps = mock_dependencies();
    instantiate(deps.as_mut(), mock_env(), mock_info("owner", &[]), InstantiateMsg { limit: 4 }).unwrap();
    let write = ExecuteMsg::Write { text: "12345".into(), key: "k".into() };
    let refused = execute(deps.as_mut(), mock_env(), mock_info("alice", &[]), write).unwrap_err();
    assert!(refused.to_string().contains("at most 4 bytes"));
}
