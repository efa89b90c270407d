// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	cmttypes "github.com/cometbft/cometbft/types"
)

func init() {
	scenarios["authority-alone"] = scenario{about: "auth and bank alone: messages of governance that users send, and which of several faults of a send, a multi-send or a fee is told", accounts: 12, validators: 1, modules: "bank", play: playAuthority,
		options: func(s *Sim, o *GenesisOptions) {
			o.Funds = o.Funds.Add(sdk.NewInt64Coin("uoff", 1000))
			o.Edit = func(a *App, state map[string]json.RawMessage) {
				edit(a, state, banktypes.ModuleName, &banktypes.GenesisState{}, func(g *banktypes.GenesisState) {
					g.SendEnabled = []banktypes.SendEnabled{{Denom: "uoff", Enabled: false}}
				})
			}
		}}
}

func playAuthority(s *Sim) {
	a := s.a
	s.block()
	// Whoever is not governance is told so before anything else is looked at.
	s.do(a[0], "parameters of auth", &authtypes.MsgUpdateParams{Authority: a[0].String(), Params: authtypes.DefaultParams()})
	s.do(a[1], "parameters of auth that are none", &authtypes.MsgUpdateParams{Authority: a[1].String()})
	s.do(a[2], "parameters of bank", &banktypes.MsgUpdateParams{Authority: a[2].String(), Params: banktypes.DefaultParams()})
	s.do(a[3], "parameters of bank with denoms", &banktypes.MsgUpdateParams{Authority: a[3].String(), Params: banktypes.Params{SendEnabled: []*banktypes.SendEnabled{{Denom: "uscrt"}}}})
	s.do(a[4], "a denom is switched twice", &banktypes.MsgSetSendEnabled{Authority: a[4].String(), SendEnabled: []*banktypes.SendEnabled{{Denom: "uscrt"}, {Denom: "uscrt"}}})
	s.do(a[5], "a denom that is none", &banktypes.MsgSetSendEnabled{Authority: a[5].String(), UseDefaultFor: []string{"!"}})
	consensus := cmttypes.DefaultConsensusParams().ToProto()
	s.do(a[6], "parameters of consensus", &consensustypes.MsgUpdateParams{Authority: a[6].String(), Block: consensus.Block, Evidence: consensus.Evidence, Validator: consensus.Validator})
	s.do(a[7], "parameters of consensus that are none", &consensustypes.MsgUpdateParams{Authority: a[7].String()})
	s.do(a[8], "a send, then parameters: the send is undone", send(a[8], a[0], 5), &banktypes.MsgUpdateParams{Authority: a[8].String(), Params: banktypes.DefaultParams()})
	s.block()
	// Faults of a send: addresses, coins, denoms that are off, recipients that may not receive.
	other := sdk.MustBech32ifyAddressBytes("cosmos", a[0].Addr)
	to := func(text string, amount ...sdk.Coin) *banktypes.MsgSend {
		return &banktypes.MsgSend{FromAddress: a[0].String(), ToAddress: text, Amount: amount}
	}
	by := func(i int, m *banktypes.MsgSend) *banktypes.MsgSend { m.FromAddress = a[i].String(); return m }
	gov := moduleAccount(govtypes.ModuleName)
	off := sdk.NewInt64Coin("uoff", 1)
	s.do(a[0], "recipient of another chain, no coins", by(0, to(other)))
	s.do(a[1], "no recipient", by(1, to("", scrt(1))))
	s.do(a[2], "blanks for a recipient", by(2, to("   ", scrt(1))))
	s.do(a[3], "a recipient that is no bech32", by(3, to("nobody", scrt(1))))
	s.do(a[4], "a recipient with a wrong checksum", by(4, to(a[0].String()[:44]+"q", scrt(1))))
	s.do(a[5], "a recipient in upper case", by(5, to(strings.ToUpper(a[0].String()), scrt(1))))
	s.do(a[6], "a blocked recipient and a denom that is off", by(6, to(gov.String(), off)))
	s.do(a[7], "a blocked recipient and no coins", by(7, to(gov.String())))
	s.do(a[8], "a blocked recipient and more than there is", by(8, to(gov.String(), scrt(9_000_000_000_000_000))))
	s.do(a[9], "a denom that is off and more than there is", by(9, to(a[0].String(), sdk.NewInt64Coin("uoff", 5000))))
	s.block()
	// Faults of a multi-send: each output is looked at by itself, then the sums, then what is off, then who may not receive.
	input := func(by *Account, coins ...sdk.Coin) []banktypes.Input {
		return []banktypes.Input{{Address: by.String(), Coins: coins}}
	}
	output := func(text string, coins ...sdk.Coin) banktypes.Output {
		return banktypes.Output{Address: text, Coins: coins}
	}
	multi := func(by *Account, about string, coins []sdk.Coin, outs ...banktypes.Output) {
		s.do(by, about, &banktypes.MsgMultiSend{Inputs: input(by, coins...), Outputs: outs})
	}
	multi(a[0], "sums that differ, and an output to nobody", sdk.Coins{scrt(2)}, output("nobody", scrt(1)))
	multi(a[1], "an output of another chain, and one without coins", sdk.Coins{scrt(2)}, output(other, scrt(1)), output(a[0].String()))
	multi(a[2], "an output without coins, and one of another chain", sdk.Coins{scrt(2)}, output(a[0].String()), output(other, scrt(1)))
	multi(a[3], "an input without coins, and an output to nobody", nil, output("nobody", scrt(1)))
	multi(a[4], "an output without an address", sdk.Coins{scrt(1)}, output("", scrt(1)))
	multi(a[5], "a denom that is off, and an output to nobody", sdk.Coins{off}, output("nobody", off))
	multi(a[6], "a denom that is off, and a blocked output", sdk.Coins{off}, output(gov.String(), off))
	multi(a[7], "a blocked output, and more than there is", sdk.Coins{scrt(9_000_000_000_000_000)}, output(gov.String(), scrt(9_000_000_000_000_000)))
	multi(a[8], "sums that differ, and a denom that is off", sdk.Coins{off}, output(a[0].String(), scrt(1)))
	multi(a[9], "outputs in upper case, twice the same", sdk.Coins{scrt(3)}, output(strings.ToUpper(a[0].String()), scrt(1)), output(a[0].String(), scrt(2)))
	s.block()
	// Coins of odd forms.
	s.do(a[0], "two coins of one denom", by(0, to(a[1].String(), scrt(1), scrt(2))))
	s.do(a[1], "a coin of zero among others", by(1, to(a[0].String(), scrt(1), sdk.Coin{Denom: "utoken", Amount: scrt(0).Amount})))
	s.do(a[2], "a denom that is too short", by(2, to(a[0].String(), sdk.Coin{Denom: "x", Amount: scrt(1).Amount})))
	s.do(a[3], "a negative amount", by(3, to(a[0].String(), sdk.Coin{Denom: denom, Amount: scrt(1).Amount.Neg()})))
	s.block()
	// Faults of the fee, in the order in which they are told.
	refused := func(about string, by *Account, t T) {
		t.About, t.By, t.Refused = about, []*Account{by}, true
		if t.Msgs == nil {
			t.Msgs = []sdk.Msg{send(by, a[0], 1)}
		}
		s.tx(t)
	}
	much := sdk.NewCoins(scrt(9_000_000_000_000_000))
	refused("no gas", a[1], T{NoGas: true, Fee: sdk.NewCoins(scrt(1))})
	refused("no gas, no fee", a[2], T{NoGas: true, NoFee: true})
	refused("no gas, and a fee that nobody has", a[3], T{NoGas: true, Fee: much})
	refused("a fee that is out of order, and that nobody has", a[4], T{Fee: sdk.Coins{sdk.NewInt64Coin("utoken", 1), much[0]}})
	refused("a fee in a denom that is none", a[5], T{Fee: sdk.Coins{{Denom: "x", Amount: scrt(1).Amount}}})
	refused("a fee in a denom that a6 does not have", a[6], T{Fee: sdk.NewCoins(sdk.NewInt64Coin("unothing", 1))})
	refused("a fee of zeros out of order is no fee, and a wrong sequence", a[7], T{Fee: sdk.Coins{{Denom: "utoken", Amount: scrt(0).Amount}, scrt(0)}, AddSequence: 3})
	s.tx(T{About: "no fee", By: []*Account{a[8]}, Msgs: []sdk.Msg{send(a[8], a[0], 1)}, NoFee: true})
	s.tx(T{About: "a fee in a denom that is off", By: []*Account{a[9]}, Msgs: []sdk.Msg{send(a[9], a[0], 1)}, Fee: sdk.NewCoins(off)})
	s.block()
}
