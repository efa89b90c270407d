// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/gogoproto/proto"
)

func init() {
	scenarios["queries-alone"] = scenario{about: "auth and bank alone: every query of theirs and baseapp's own paths with usual, missing, malformed and odd arguments, heights, proofs and pages", accounts: 12, validators: 1, modules: "bank", play: playQueries,
		options: func(s *Sim, o *GenesisOptions) {
			o.Funds = o.Funds.Add(sdk.NewCoins(sdk.NewInt64Coin("uoff", 1000), sdk.NewInt64Coin("uon", 1000), sdk.NewInt64Coin("utoken", 5))...)
			o.Edit = func(a *App, state map[string]json.RawMessage) {
				edit(a, state, banktypes.ModuleName, &banktypes.GenesisState{}, func(g *banktypes.GenesisState) {
					g.SendEnabled = []banktypes.SendEnabled{{Denom: "uon", Enabled: true}, {Denom: "uoff", Enabled: false}}
					g.DenomMetadata = append(g.DenomMetadata, banktypes.Metadata{Base: "utoken", Display: "token", Name: "Token", Symbol: "TOK", URI: "https://example.org", URIHash: "ab",
						DenomUnits: []*banktypes.DenomUnit{{Denom: "utoken", Aliases: []string{"microtoken"}}, {Denom: "token", Exponent: 6}}})
				})
			}
		}}
}

// oddDenoms are denominations, and texts that are none.
var oddDenoms = []string{denom, "utoken", "unothing", "", "!", "a", "ab", "abc", "1abc", "uscrt ", " uscrt", "US-CRT", "a/b:c.d_e-f", "é€ö", "0denom", strings.Repeat("a", 128), strings.Repeat("a", 129)}

// pages are page requests, some of which contradict themselves.
func pages(key []byte) []*query.PageRequest {
	return []*query.PageRequest{
		nil, {}, {Limit: 2}, {Limit: 2, CountTotal: true}, {Offset: 1, Limit: 2}, {Offset: 1, Limit: 2, CountTotal: true}, {Offset: 1000, Limit: 2, CountTotal: true}, {Offset: 1000},
		{Limit: 2, Reverse: true}, {Offset: 1, Limit: 2, Reverse: true, CountTotal: true}, {Key: key, Limit: 2}, {Key: key, Limit: 2, CountTotal: true}, {Key: key, Limit: 2, Reverse: true}, {Key: key},
		{Key: key, Offset: 1}, {Key: []byte{}, Offset: 1, Limit: 1}, {Key: []byte{0xff, 0xff}, Limit: 2}, {Key: []byte{0}, Limit: 2}, {Limit: 1 << 62}, {Limit: 1, Offset: 1 << 62},
	}
}

func playQueries(s *Sim) {
	const auth, bank = "/cosmos.auth.v1beta1.Query/", "/cosmos.bank.v1beta1.Query/"
	a := s.a
	long := &Account{Name: "long", Addr: sdk.AccAddress(hash("a long address"))}
	s.block()
	s.do(a[0], "a0 sends to a 32 byte address", send(a[0], long, 7))
	s.do(a[1], "a1 sends all utoken", banktypes.NewMsgSend(a[1].Addr, a[2].Addr, sdk.NewCoins(sdk.NewInt64Coin("utoken", 5))))
	s.block()
	s.do(a[2], "a2 sends", send(a[2], a[3], 9))
	s.block()
	texts := []string{a[0].String(), a[1].String(), long.String(), moduleAccount("fee_collector").String(), s.account("nobody").String(), "", " ", "x", "secret1", "secret1qqqqqq",
		sdk.MustBech32ifyAddressBytes("cosmos", a[0].Addr), sdk.MustBech32ifyAddressBytes("secretvaloper", a[0].Addr), strings.ToUpper(a[0].String()), " " + a[0].String(), a[0].String() + " ",
		a[0].String()[:len(a[0].String())-1], a[0].String()[:20] + "b" + a[0].String()[21:], sdk.MustBech32ifyAddressBytes("secret", make([]byte, 255)), sdk.MustBech32ifyAddressBytes("secret", make([]byte, 256)), sdk.MustBech32ifyAddressBytes("secret", []byte{1}), strings.Repeat("q", 2000)}
	for _, text := range texts {
		s.query(auth+"Account", &authtypes.QueryAccountRequest{Address: text})
		s.query(auth+"AccountInfo", &authtypes.QueryAccountInfoRequest{Address: text})
		s.query(auth+"AddressStringToBytes", &authtypes.AddressStringToBytesRequest{AddressString: text})
		s.query(bank+"Balance", &banktypes.QueryBalanceRequest{Address: text, Denom: denom})
		s.query(bank+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: text})
		s.query(bank+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: text, ResolveDenom: true})
		s.query(bank+"SpendableBalances", &banktypes.QuerySpendableBalancesRequest{Address: text})
		s.query(bank+"SpendableBalanceByDenom", &banktypes.QuerySpendableBalanceByDenomRequest{Address: text, Denom: denom})
	}
	for _, bytes := range [][]byte{nil, {}, {1}, a[0].Addr, long.Addr, make([]byte, 255), make([]byte, 256), make([]byte, 1000)} {
		s.query(auth+"AddressBytesToString", &authtypes.AddressBytesToStringRequest{AddressBytes: bytes})
	}
	for _, d := range oddDenoms {
		s.query(bank+"Balance", &banktypes.QueryBalanceRequest{Address: a[0].String(), Denom: d})
		s.query(bank+"Balance", &banktypes.QueryBalanceRequest{Address: "x", Denom: d})
		s.query(bank+"SpendableBalanceByDenom", &banktypes.QuerySpendableBalanceByDenomRequest{Address: a[0].String(), Denom: d})
		s.query(bank+"SpendableBalanceByDenom", &banktypes.QuerySpendableBalanceByDenomRequest{Address: "x", Denom: d})
		s.query(bank+"SupplyOf", &banktypes.QuerySupplyOfRequest{Denom: d})
		s.query(bank+"DenomMetadata", &banktypes.QueryDenomMetadataRequest{Denom: d})
		s.query(bank+"DenomMetadataByQueryString", &banktypes.QueryDenomMetadataByQueryStringRequest{Denom: d})
		s.query(bank+"DenomOwners", &banktypes.QueryDenomOwnersRequest{Denom: d, Pagination: &query.PageRequest{Limit: 2, CountTotal: true}})
		s.query(bank+"DenomOwnersByQuery", &banktypes.QueryDenomOwnersByQueryRequest{Denom: d, Pagination: &query.PageRequest{Limit: 1}})
		s.query(bank+"SendEnabled", &banktypes.QuerySendEnabledRequest{Denoms: []string{d}})
	}
	s.query(bank+"SendEnabled", &banktypes.QuerySendEnabledRequest{Denoms: []string{"uoff", "uon", "uon", "uscrt"}, Pagination: &query.PageRequest{Limit: 1, CountTotal: true}})
	for _, p := range pages(a[3].Addr) {
		s.query(auth+"Accounts", &authtypes.QueryAccountsRequest{Pagination: p})
	}
	for _, p := range pages([]byte("uon")) {
		s.query(bank+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a[0].String(), Pagination: p})
		s.query(bank+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a[0].String(), Pagination: p, ResolveDenom: true})
		s.query(bank+"SpendableBalances", &banktypes.QuerySpendableBalancesRequest{Address: a[0].String(), Pagination: p})
		s.query(bank+"TotalSupply", &banktypes.QueryTotalSupplyRequest{Pagination: p})
		s.query(bank+"DenomsMetadata", &banktypes.QueryDenomsMetadataRequest{Pagination: p})
		s.query(bank+"SendEnabled", &banktypes.QuerySendEnabledRequest{Pagination: p})
	}
	for _, p := range pages(append([]byte{20}, a[3].Addr...)) {
		s.query(bank+"DenomOwners", &banktypes.QueryDenomOwnersRequest{Denom: denom, Pagination: p})
		s.query(bank+"DenomOwnersByQuery", &banktypes.QueryDenomOwnersByQueryRequest{Denom: "utoken", Pagination: p})
	}
	for _, id := range []uint64{0, 1, 3, 11, 12, 13, 999, 1 << 63} {
		s.query(auth+"AccountAddressByID", &authtypes.QueryAccountAddressByIDRequest{AccountId: id})
	}
	for _, id := range []int64{1, -1, 999} {
		s.query(auth+"AccountAddressByID", &authtypes.QueryAccountAddressByIDRequest{Id: id, AccountId: 1})
	}
	for _, name := range []string{"", "fee_collector", "nothing", "gov ", strings.Repeat("n", 300)} {
		s.query(auth+"ModuleAccountByName", &authtypes.QueryModuleAccountByNameRequest{Name: name})
	}
	s.query(auth+"Params", &authtypes.QueryParamsRequest{})
	s.query(auth+"Bech32Prefix", &authtypes.Bech32PrefixRequest{})
	s.query(bank+"Params", &banktypes.QueryParamsRequest{})
	s.query("/cosmos.consensus.v1.Query/Params", &consensustypes.QueryParamsRequest{})
	ask := func(path string, data []byte, height int64, prove bool) {
		s.queries = append(s.queries, Query{Path: path, Request: data, Height: height, Prove: prove})
	}
	// Requests that are no messages, or have fields that nobody knows.
	for _, path := range []string{auth + "Account", auth + "Accounts", bank + "Balance", bank + "Params", bank + "SendEnabled"} {
		for _, data := range [][]byte{{0xff}, {0x0a}, {0x0a, 0x05, 'a'}, {0x08, 1}, {0x7a, 1, 'x'}, {0xf8, 0x07, 1}, {0x0b, 0x0c}} {
			ask(path, data, 0, false)
		}
	}
	balance := must(proto.Marshal(&banktypes.QueryBalanceRequest{Address: a[0].String(), Denom: denom}))
	for _, height := range []int64{0, 1, 2, s.height, s.height + 1, s.height + 2, 1000, -1} {
		for _, prove := range []bool{false, true} {
			ask(bank+"Balance", balance, height, prove)
			ask("/store/bank/key", append([]byte{2, 20}, append(a[0].Addr, denom...)...), height, prove)
			ask("/store/bank/key", []byte("absent"), height, prove)
			ask("/store/bank/subspace", []byte{0}, height, prove)
			ask("/app/version", nil, height, prove)
		}
	}
	for _, path := range []string{"", "/", "//", "x", "/x", "app", "/app", "/app/", "/app/x", "/app/simulate", "/app/simulate/x", "app/simulate", "/store", "/store/", "/store/bank", "/store/bank/", "/store/bank/x", "/store/bank/key/x", "/store/nothing/key", "/store//key", "store/bank/key",
		"/store/bank/subspace/x", "/p2p", "/p2p/", "/p2p/filter", "/p2p/filter/addr", "/p2p/filter/addr/1.2.3.4:5", "/p2p/filter/id/abc", "/p2p/x/y/z", "p2p/filter/id/abc", "/custom/bank/balances", "/cosmos.tx.v1beta1.Service/BroadcastTx", "/cosmos.bank.v1beta1.Query/Nothing", "cosmos.bank.v1beta1.Query/Params", "/cosmos.bank.v1beta1.Query/Params/", "/cosmos.nothing.v1.Query/X"} {
		ask(path, []byte{1}, 0, false)
	}
	for _, path := range []string{"/store/bank/key", "/store/bank/subspace", "/store/nothing/key", "/app/simulate"} {
		ask(path, nil, 0, false)
		ask(path, nil, 0, true)
	}
	for _, prefix := range [][]byte{{1}, {2, 20}, {3}, {4}, {5}, {9}, []byte("nothing"), append([]byte{2, 20}, a[1].Addr...)} {
		ask("/store/bank/subspace", prefix, 0, false)
	}
	ask("/store/acc/subspace", []byte{1}, 2, false)
	ask("/store/acc/key", append([]byte{1}, a[0].Addr...), 2, true)
	s.do(a[4], fmt.Sprintf("the questions are asked after block %d", s.height+1), send(a[4], a[5], 1))
	s.block()
}
