// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"time"

	"cosmossdk.io/math"
	upgradetypes "cosmossdk.io/x/upgrade/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	"github.com/cosmos/cosmos-sdk/x/params/types/proposal"
	clienttypes "github.com/cosmos/ibc-go/v8/modules/core/02-client/types"
)

func init() {
	scenarios["gov-input"] = scenario{about: "gov: every field of every message and query missing, malformed, too long or too large; parameters of every wrong kind, carried by proposals; messages of proposals that panic", accounts: 12, validators: 1, play: playGovInput}
}

// rounds hands things to the accounts in turn, and makes a block when all had theirs.
type rounds struct {
	s *Sim
	i int
}

func (r *rounds) by(make func(by *Account) (string, sdk.Msg)) {
	by := r.s.a[r.i]
	about, m := make(by)
	r.s.do(by, about, m)
	if r.i++; r.i == len(r.s.a) {
		r.i = 0
		r.s.block()
	}
}

// oddCoins are coins that are no valid set, or that nobody has.
func oddCoins() map[string]sdk.Coins {
	coin := func(denom string, amount int64) sdk.Coin { return sdk.Coin{Denom: denom, Amount: math.NewInt(amount)} }
	large := math.NewIntFromBigInt(math.NewInt(2).BigInt().Lsh(math.NewInt(1).BigInt(), 255))
	return map[string]sdk.Coins{
		"none": {}, "zero": {coin(denom, 0)}, "negative": {coin(denom, -5)}, "no denom": {coin("", 5)}, "a bad denom": {coin("!", 5)}, "unsorted": {coin("utoken", 5), coin(denom, 5)},
		"twice": {coin(denom, 5), coin(denom, 6)}, "another denom": {coin("utoken", 5)}, "both": {coin(denom, 10_000_000), coin("utoken", 5)}, "too large": {sdk.Coin{Denom: denom, Amount: large}},
		"one zero of two": {coin(denom, 5), coin("utoken", 0)}, "tiny": {coin(denom, 1)}, "more than there is": {coin(denom, 9_000_000_000_000_000)},
	}
}

// coinCases is the order of oddCoins.
var coinCases = []string{"none", "zero", "negative", "no denom", "a bad denom", "unsorted", "twice", "another denom", "both", "too large", "one zero of two", "tiny", "more than there is"}

func oddAddresses(of *Account) []string {
	return []string{"", " ", "nobody", of.String()[:44] + "q", sdk.MustBech32ifyAddressBytes("cosmos", of.Addr), sdk.MustBech32ifyAddressBytes("secretvaloper", of.Addr), strings.ToUpper(of.String())}
}

func playGovInput(s *Sim) {
	s.wait(2)
	r := &rounds{s: s}
	submit := func(change func(by *Account, m *govv1.MsgSubmitProposal)) func(*Account) *govv1.MsgSubmitProposal {
		return func(by *Account) *govv1.MsgSubmitProposal {
			m := &govv1.MsgSubmitProposal{InitialDeposit: coins(20_000_000), Proposer: by.String(), Metadata: "m", Title: "t", Summary: "s"}
			change(by, m)
			return m
		}
	}
	bad := func(about string, change func(by *Account, m *govv1.MsgSubmitProposal)) {
		r.by(func(by *Account) (string, sdk.Msg) { return about, submit(change)(by) })
	}
	playSubmitInput(s, bad)
	odd := oddCoins()
	for _, name := range coinCases {
		bad("first deposit: "+name, func(_ *Account, m *govv1.MsgSubmitProposal) { m.InitialDeposit = odd[name] })
	}
	one := s.propose(s.a[0], "open for deposits", 20_000_000, false)
	s.block()
	two := s.propose(s.a[1], "open for votes", 1_000_000_000, false)
	s.block()
	for _, name := range coinCases {
		r.by(func(by *Account) (string, sdk.Msg) {
			return "deposit: " + name, &govv1.MsgDeposit{ProposalId: one, Depositor: by.String(), Amount: odd[name]}
		})
		r.by(func(by *Account) (string, sdk.Msg) {
			return "v1beta1 deposit: " + name, &govv1beta1.MsgDeposit{ProposalId: two, Depositor: by.String(), Amount: odd[name]}
		})
	}
	for _, id := range []uint64{0, 99, 18446744073709551615} {
		r.by(func(by *Account) (string, sdk.Msg) {
			return "deposit on nothing", govv1.NewMsgDeposit(by.Addr, id, coins(20_000_000))
		})
		r.by(func(by *Account) (string, sdk.Msg) {
			return "vote on nothing", govv1.NewMsgVote(by.Addr, id, govv1.OptionYes, "")
		})
		r.by(func(by *Account) (string, sdk.Msg) {
			return "cancel nothing", govv1.NewMsgCancelProposal(id, by.String())
		})
	}
	playVoteInput(r, one, two)
	playLegacyInput(r)
	s.block()
	playGovQueries(s, one, two)
	s.block()
	playGovFailures(s)
	playGovQueries(s, one, two)
	s.wait(2)
}

func playSubmitInput(s *Sim, bad func(string, func(*Account, *govv1.MsgSubmitProposal))) {
	type M = govv1.MsgSubmitProposal
	text := func(n int) string { return strings.Repeat("é", n/2) + strings.Repeat("x", n%2) }
	bad("no summary", func(_ *Account, m *M) { m.Summary = "" })
	bad("no title and no summary", func(_ *Account, m *M) { m.Title, m.Summary = "", "" })
	bad("neither messages nor metadata", func(_ *Account, m *M) { m.Metadata = "" })
	for _, n := range []int{255, 256} {
		bad("metadata at its limit", func(_ *Account, m *M) { m.Metadata = text(n) })
		bad("title at its limit", func(_ *Account, m *M) { m.Title = text(n) })
		bad("summary at its limit", func(_ *Account, m *M) { m.Summary = text(n + 10200 - 255) })
	}
	for _, metadata := range []string{
		`{"title":"t","summary":"s"}`, `{"TITLE":"t","Summary":"s"}`, `{"title":"other","summary":"s"}`, `{"title":"t","summary":"other"}`, `{}`, `null`, `[]`, `"m"`, `7`, `{"title":"t","summary":"s"} x`,
		`{"title":"t","summary":"s","authors":"x"}`, `{"title":"t","summary":"s","authors":["x",null]}`, `{"title":"t","summary":"s","details":7}`, `{"title":null,"summary":"s"}`, `{"title":"x","title":"t","summary":"s"}`,
		`{"title":"t","Title":"x","summary":"s"}`, `{"title":7,"summary":"s"}`, `{"title":"t","summary":"s","else":[1,{"a":2}]}`, "{\"title\":\"t\",\"\u017fummary\":\"s\"}", `{"title":"\ud800","summary":"s"}`, `{"title":"t" "summary":"s"}`,
	} {
		bad("metadata "+metadata, func(_ *Account, m *M) { m.Metadata = metadata })
	}
	messages := func(m *M, list ...sdk.Msg) {
		m.Messages = nil
		for _, each := range list {
			m.Messages = append(m.Messages, must(codectypes.NewAnyWithValue(each)))
		}
	}
	for _, address := range oddAddresses(s.a[0]) {
		bad("a message of "+address, func(_ *Account, m *M) { messages(m, &banktypes.MsgSend{FromAddress: address, ToAddress: address}) })
		bad("a content of "+address, func(_ *Account, m *M) {
			messages(m, &govv1.MsgExecLegacyContent{Content: must(codectypes.NewAnyWithValue(&govv1beta1.TextProposal{Title: "t", Description: "d"})), Authority: address})
		})
	}
	bad("a message of gov and one of the proposer", func(by *Account, m *M) {
		messages(m, &banktypes.MsgSend{FromAddress: govAddress(), ToAddress: by.String(), Amount: coins(1)}, send(by, by, 1))
	})
	bad("two signers", func(by *Account, m *M) {
		messages(m, &banktypes.MsgMultiSend{Inputs: []banktypes.Input{{Address: govAddress()}, {Address: by.String()}}})
	})
	bad("no signer", func(_ *Account, m *M) { messages(m, &banktypes.MsgMultiSend{}) })
	bad("an Any without a type", func(_ *Account, m *M) { m.Messages = []*codectypes.Any{{}} })
	exec := func(about string, content govv1beta1.Content, authority string) {
		bad(about, func(_ *Account, m *M) { messages(m, must(govv1.NewLegacyContent(content, authority))) })
	}
	exec("a content that is blank: not looked at", &govv1beta1.TextProposal{}, govAddress())
	exec("a change of nothing", &proposal.ParameterChangeProposal{}, govAddress())
	exec("a change of an unknown space", &proposal.ParameterChangeProposal{Changes: []proposal.ParamChange{{Subspace: "nothing"}}}, govAddress())
	exec("a change of a known space", &proposal.ParameterChangeProposal{Changes: []proposal.ParamChange{{Subspace: "bank", Key: "a key"}}}, govAddress())
	exec("an upgrade without a route", &upgradetypes.SoftwareUpgradeProposal{}, govAddress())
	bad("a content without a type", func(_ *Account, m *M) {
		messages(m, &govv1.MsgExecLegacyContent{Content: &codectypes.Any{}, Authority: govAddress()})
	})
	bad("no content", func(_ *Account, m *M) { messages(m, &govv1.MsgExecLegacyContent{Authority: govAddress()}) })
	bad("expedited with the usual deposit", func(_ *Account, m *M) { m.Expedited, m.InitialDeposit = true, coins(1_000_000_000) })
	bad("expedited with a hundredth of the usual deposit", func(_ *Account, m *M) { m.Expedited, m.InitialDeposit = true, coins(10_000_000) })
}

func playVoteInput(r *rounds, one, two uint64) {
	for _, option := range []govv1.VoteOption{0, 1, 4, 5, 9, 300, -1} {
		r.by(func(by *Account) (string, sdk.Msg) { return "vote", govv1.NewMsgVote(by.Addr, two, option, "") })
		r.by(func(by *Account) (string, sdk.Msg) {
			return "v1beta1 vote", govv1beta1.NewMsgVote(by.Addr, two, govv1beta1.VoteOption(option))
		})
	}
	r.by(func(by *Account) (string, sdk.Msg) {
		return "vote while deposits are taken", govv1.NewMsgVote(by.Addr, one, govv1.OptionYes, "")
	})
	r.by(func(by *Account) (string, sdk.Msg) {
		return "long metadata", govv1.NewMsgVote(by.Addr, two, govv1.OptionYes, strings.Repeat("é", 128))
	})
	for _, weight := range []string{"", "0", "-0.5", "1", "1.0", "1.5", "+1", ".5", "1.", "abc", "0.1234567890123456789", "1e0", "--1", "0x1", " 1", "1000000000000000000000000000000000000000000000000000000000000000000000000000000000"} {
		r.by(func(by *Account) (string, sdk.Msg) {
			return "weight " + weight, govv1.NewMsgVoteWeighted(by.Addr, two, govv1.WeightedVoteOptions{{Option: govv1.OptionYes, Weight: weight}}, "")
		})
	}
	w := func(option govv1.VoteOption, weight string) *govv1.WeightedVoteOption {
		return &govv1.WeightedVoteOption{Option: option, Weight: weight}
	}
	for _, options := range []govv1.WeightedVoteOptions{
		{}, {w(1, "0.5"), w(1, "0.5")}, {w(1, "0.5"), w(2, "0.6")}, {w(1, "0.5"), w(2, "0.4")}, {w(1, "0.5"), w(9, "0.5")}, {w(1, "0.5"), w(0, "0.5")},
		{w(1, "0.25"), w(2, "0.25"), w(3, "0.25"), w(4, "0.25")}, {w(1, "0.000000000000000001"), w(4, "0.999999999999999999")},
	} {
		r.by(func(by *Account) (string, sdk.Msg) {
			return "weights", govv1.NewMsgVoteWeighted(by.Addr, two, options, "")
		})
	}
	for _, weight := range []string{"0.5", "1", "-1", "0"} {
		r.by(func(by *Account) (string, sdk.Msg) {
			return "v1beta1 weight " + weight, govv1beta1.NewMsgVoteWeighted(by.Addr, two, govv1beta1.WeightedVoteOptions{{Option: 1, Weight: math.LegacyMustNewDecFromStr(weight)}})
		})
	}
	r.by(func(by *Account) (string, sdk.Msg) {
		return "v1beta1, no weights", govv1beta1.NewMsgVoteWeighted(by.Addr, two, nil)
	})
	r.by(func(by *Account) (string, sdk.Msg) {
		return "cancel another's", govv1.NewMsgCancelProposal(two, by.String())
	})
	r.by(func(by *Account) (string, sdk.Msg) {
		return "parameters without authority", &govv1.MsgUpdateParams{Authority: by.String()}
	})
}

func playLegacyInput(r *rounds) {
	legacy := func(about string, content govv1beta1.Content) {
		r.by(func(by *Account) (string, sdk.Msg) {
			return about, must(govv1beta1.NewMsgSubmitProposal(content, coins(20_000_000), by.Addr))
		})
	}
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, n := range []int{140, 141} {
		legacy("title at its limit", &govv1beta1.TextProposal{Title: long(n), Description: "d"})
		legacy("description at its limit", &govv1beta1.TextProposal{Title: "t", Description: long(n + 10000 - 140)})
	}
	for _, title := range []string{"", " \t\n", "\u00a0\u2003", "\u200b"} {
		legacy("blank title", &govv1beta1.TextProposal{Title: title, Description: "d"})
	}
	change := func(changes ...proposal.ParamChange) *proposal.ParameterChangeProposal {
		return &proposal.ParameterChangeProposal{Title: "t", Description: "d", Changes: changes}
	}
	legacy("no change", change())
	legacy("no space", change(proposal.ParamChange{Key: "k", Value: "v"}))
	legacy("no key", change(proposal.ParamChange{Subspace: "bank", Value: "v"}))
	legacy("no value", change(proposal.ParamChange{Subspace: "bank", Key: "k"}))
	legacy("unknown space", change(proposal.ParamChange{Subspace: "x", Key: "k", Value: "v"}))
	legacy("upgrade without a name", &upgradetypes.SoftwareUpgradeProposal{Title: "t", Description: "d"})
	legacy("upgrade without a height", &upgradetypes.SoftwareUpgradeProposal{Title: "t", Description: "d", Plan: upgradetypes.Plan{Name: "n"}})
	legacy("upgrade at a time", &upgradetypes.SoftwareUpgradeProposal{Title: "t", Description: "d", Plan: upgradetypes.Plan{Name: "n", Height: 5, Time: time.Unix(5, 0)}})
	legacy("upgrade without a title", &upgradetypes.SoftwareUpgradeProposal{Description: "d", Plan: upgradetypes.Plan{Name: "n", Height: 5}})
	legacy("cancelled upgrade", &upgradetypes.CancelSoftwareUpgradeProposal{Title: "t", Description: "d"})
	legacy("the same client twice", &clienttypes.ClientUpdateProposal{Title: "t", Description: "d"})
	for _, id := range []string{"", "x", "a-1", "07-tendermint-99999999999999999999", "09-localhost", "a--1", "-1", "é-1"} {
		legacy("client "+id, &clienttypes.ClientUpdateProposal{Title: "t", Description: "d", SubjectClientId: id, SubstituteClientId: "07-tendermint-1"})
	}
	legacy("upgrade of nothing", &clienttypes.UpgradeProposal{Title: "t", Description: "d", Plan: upgradetypes.Plan{Name: "n", Height: 5}})
	legacy("clients", &clienttypes.ClientUpdateProposal{Title: "t", Description: "d", SubjectClientId: "07-tendermint-0", SubstituteClientId: "07-tendermint-1"})
	r.by(func(by *Account) (string, sdk.Msg) {
		return "no content", &govv1beta1.MsgSubmitProposal{Proposer: by.String(), InitialDeposit: coins(1)}
	})
	r.by(func(by *Account) (string, sdk.Msg) {
		return "a content without a type", &govv1beta1.MsgSubmitProposal{Content: &codectypes.Any{}, Proposer: by.String(), InitialDeposit: coins(1)}
	})
	odd := oddCoins()
	for _, name := range coinCases {
		r.by(func(by *Account) (string, sdk.Msg) {
			return "v1beta1 first deposit: " + name, must(govv1beta1.NewMsgSubmitProposal(&govv1beta1.TextProposal{Title: "t", Description: "d"}, odd[name], by.Addr))
		})
	}
}

func playGovQueries(s *Sim, one, two uint64) {
	const v1, old = "/cosmos.gov.v1.Query/", "/cosmos.gov.v1beta1.Query/"
	for _, id := range []uint64{0, one, two, 3, 99} {
		s.query(v1+"Proposal", &govv1.QueryProposalRequest{ProposalId: id})
		s.query(old+"Proposal", &govv1beta1.QueryProposalRequest{ProposalId: id})
		s.query(v1+"TallyResult", &govv1.QueryTallyResultRequest{ProposalId: id})
		s.query(old+"TallyResult", &govv1beta1.QueryTallyResultRequest{ProposalId: id})
		for _, address := range append(oddAddresses(s.a[0]), s.a[0].String(), s.a[1].String(), s.a[2].String()) {
			s.query(v1+"Vote", &govv1.QueryVoteRequest{ProposalId: id, Voter: address})
			s.query(old+"Vote", &govv1beta1.QueryVoteRequest{ProposalId: id, Voter: address})
			s.query(v1+"Deposit", &govv1.QueryDepositRequest{ProposalId: id, Depositor: address})
			s.query(old+"Deposit", &govv1beta1.QueryDepositRequest{ProposalId: id, Depositor: address})
		}
		for _, page := range []*query.PageRequest{nil, {Limit: 1}, {Limit: 1, Reverse: true}, {Offset: 1, Key: []byte{1}}, {Limit: 1 << 62, CountTotal: true}, {Key: []byte{0xff}, Limit: 1}} {
			s.query(v1+"Votes", &govv1.QueryVotesRequest{ProposalId: id, Pagination: page})
			s.query(v1+"Deposits", &govv1.QueryDepositsRequest{ProposalId: id, Pagination: page})
			s.query(old+"Votes", &govv1beta1.QueryVotesRequest{ProposalId: id, Pagination: page})
			s.query(old+"Deposits", &govv1beta1.QueryDepositsRequest{ProposalId: id, Pagination: page})
		}
	}
	for _, kind := range []string{"", "deposit", "voting", "tallying", "else"} {
		s.query(v1+"Params", &govv1.QueryParamsRequest{ParamsType: kind})
		s.query(old+"Params", &govv1beta1.QueryParamsRequest{ParamsType: kind})
	}
	for _, page := range pages([]byte{0, 0, 0, 0, 0, 0, 0, 5}) {
		s.query(v1+"Proposals", &govv1.QueryProposalsRequest{Pagination: page})
	}
	for status := -1; status <= 6; status++ {
		s.query(v1+"Proposals", &govv1.QueryProposalsRequest{ProposalStatus: govv1.ProposalStatus(status)})
		s.query(old+"Proposals", &govv1beta1.QueryProposalsRequest{ProposalStatus: govv1beta1.ProposalStatus(status)})
	}
	for _, address := range append(oddAddresses(s.a[0]), s.a[0].String(), s.a[2].String()) {
		s.query(v1+"Proposals", &govv1.QueryProposalsRequest{Voter: address})
		s.query(v1+"Proposals", &govv1.QueryProposalsRequest{Depositor: address, Pagination: &query.PageRequest{Limit: 2, CountTotal: true}})
		s.query(old+"Proposals", &govv1beta1.QueryProposalsRequest{Voter: address, Depositor: address})
	}
}

// playGovFailures passes proposals that fail when they run: their texts are in the state.
func playGovFailures(s *Sim) {
	params := must(s.app.gov.Params.Get(s.ctx()))
	d := func(x time.Duration) *time.Duration { return &x }
	var list []sdk.Msg
	change := func(change func(p *govv1.Params)) {
		p := params
		p.MinDeposit, p.ExpeditedMinDeposit = append(sdk.Coins{}, p.MinDeposit...), append(sdk.Coins{}, p.ExpeditedMinDeposit...)
		change(&p)
		list = append(list, &govv1.MsgUpdateParams{Authority: govAddress(), Params: p})
	}
	odd := oddCoins()
	for _, name := range coinCases[:7] {
		change(func(p *govv1.Params) { p.MinDeposit = odd[name] })
		change(func(p *govv1.Params) { p.ExpeditedMinDeposit = odd[name] })
	}
	change(func(p *govv1.Params) { p.ExpeditedMinDeposit = p.MinDeposit })
	// A period that is not positive has the address of a pointer in its text, so it is not here.
	change(func(p *govv1.Params) { p.MaxDepositPeriod = nil })
	for _, text := range []string{"", "-0.1", "0", "1.1", "abc", "0.1234567890123456789"} {
		change(func(p *govv1.Params) { p.Quorum = text })
		change(func(p *govv1.Params) { p.Threshold = text })
		change(func(p *govv1.Params) { p.ExpeditedThreshold = text })
		change(func(p *govv1.Params) { p.VetoThreshold = text })
		change(func(p *govv1.Params) { p.MinInitialDepositRatio = text })
		change(func(p *govv1.Params) { p.ProposalCancelRatio = text })
	}
	change(func(p *govv1.Params) { p.ExpeditedThreshold = p.Threshold })
	change(func(p *govv1.Params) { p.VotingPeriod = nil })
	change(func(p *govv1.Params) { p.VotingPeriod = d(-1500 * time.Millisecond) })
	change(func(p *govv1.Params) { p.ExpeditedVotingPeriod = nil })
	change(func(p *govv1.Params) { p.ExpeditedVotingPeriod = d(0) })
	change(func(p *govv1.Params) { p.ExpeditedVotingPeriod = d(100*time.Hour + time.Nanosecond) })
	for _, address := range oddAddresses(s.a[0])[1:6] {
		change(func(p *govv1.Params) { p.ProposalCancelDest = address })
	}
	list = append(list, &banktypes.MsgUpdateParams{Authority: govAddress(), Params: banktypes.Params{SendEnabled: []*banktypes.SendEnabled{{Denom: denom}}}},
		&banktypes.MsgSend{FromAddress: govAddress(), ToAddress: "", Amount: coins(1)}, &banktypes.MsgSend{FromAddress: govAddress(), ToAddress: s.a[0].String(), Amount: odd["too large"]},
		&govv1.MsgDeposit{ProposalId: 99, Depositor: govAddress(), Amount: coins(20_000_000)}, &govv1.MsgVote{ProposalId: 2, Voter: govAddress(), Option: 300},
		&govv1.MsgVoteWeighted{ProposalId: 2, Voter: govAddress(), Options: govv1.WeightedVoteOptions{{Option: 300, Weight: "x\n\"é"}}}, &govv1.MsgCancelProposal{ProposalId: 2, Proposer: govAddress()})
	var ids []uint64
	for i, m := range list {
		by := s.a[i%len(s.a)]
		s.do(by, "proposal that fails when it runs", must(govv1.NewMsgSubmitProposal([]sdk.Msg{m}, coins(1_000_000_000), by.String(), "", "t", "s", false)))
		ids = append(ids, uint64(i))
		if i%len(s.a) == len(s.a)-1 {
			s.block()
		}
	}
	s.block()
	// The last ones are theirs.
	next := must(s.app.gov.ProposalID.Peek(s.ctx()))
	var votes []sdk.Msg
	for i := range ids {
		votes = append(votes, govv1.NewMsgVote(s.v[0].Operator.Addr, next-uint64(len(ids))+uint64(i), govv1.OptionYes, ""))
	}
	s.tx(T{About: "votes", By: []*Account{s.v[0].Operator}, Msgs: votes, Gas: 20_000_000})
	s.block()
	s.skip(2 * time.Minute)
	s.wait(2)
}
