// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cosmossdk.io/math"
	"cosmossdk.io/x/feegrant"
	sdk "github.com/cosmos/cosmos-sdk/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

func init() {
	scenarios["mixed"] = scenario{about: "random messages of more kinds than random has: stake grants, nested and foreign execs, fees paid by granters, vesting accounts, new and edited validators, parameters changed by governance, weighted votes, too little gas", accounts: 10, validators: 4, play: playMixed, options: mixedGenesis}
}

// mixedGenesis has vesting accounts, and parameters that differ by seed.
func mixedGenesis(s *Sim, o *GenesisOptions) {
	vestingGenesis(s, o)
	o.Start, o.Window = pick(s, []string{"gentx", "state"}), int64(10+s.Intn(8))
	o.Unbonding = time.Duration(40+s.Intn(120)) * time.Second
	o.Voting, o.Expedited, o.Deposit = 40*time.Second, 20*time.Second, 40*time.Second
	o.Edit = func(a *App, state map[string]json.RawMessage) {
		edit(a, state, stakingtypes.ModuleName, &stakingtypes.GenesisState{}, func(g *stakingtypes.GenesisState) {
			g.Params.MaxValidators, g.Params.MaxEntries = uint32(3+s.Intn(4)), uint32(2+s.Intn(6))
		})
	}
}

// dec is a random decimal up to top hundredths.
func (s *Sim) dec(top int) math.LegacyDec { return math.LegacyNewDecWithPrec(int64(s.Intn(top+1)), 2) }

// mixed is what the scenario remembers.
type mixed struct {
	*Sim
	// users sign; vesting accounts join them.
	users []*Account
	// grants are granter, grantee of authorizations, allowances those of fees.
	grants, allowances [][2]*Account
	// granted is what each of the grants allows.
	granted []authz.Authorization
	// made are accounts of the transaction that is being made; they need coins for fees.
	made []*Account
}

func playMixed(s *Sim) {
	if s.blocks == 0 {
		s.blocks = 80
	}
	m := &mixed{Sim: s, users: append(append([]*Account{}, s.a...), s.other...)}
	s.wait(1)
	for _, a := range m.users {
		v := pick(s, s.v)
		s.do(a, "delegate", delegate(a, v, 1+s.Int63n(3_000_000_000)), delegate(a, pick(s, s.v), 1+s.Int63n(1_000_000)))
	}
	s.block()
	for len(s.script.Blocks) < s.blocks-2 {
		busy := map[string]bool{}
		for range s.Intn(10) {
			if from := pick(s, m.users); !busy[from.String()] {
				busy[from.String()] = true
				m.send(from)
			}
		}
		for i, v := range s.v[:4] {
			if s.Intn(4) == 0 && !busy[v.Operator.String()] {
				msg := m.operator(v)
				s.do(v.Operator, sdk.MsgTypeURL(msg), msg)
			}
			switch s.Intn(14) {
			case 0:
				if i > 0 { // one has to stay
					s.misses(v, pick(s, []string{"absent", "absent", "nil"}))
				}
			case 1, 2, 3:
				s.misses(v, "commit")
			}
		}
		if s.Intn(40) == 0 && s.height > 10 {
			s.equivocates(s.v[1+s.Intn(3)], pick(s, []string{"duplicate_vote", "light_client_attack"}), 1+s.Intn(5))
		}
		if s.Intn(8) == 0 {
			s.skip(time.Duration(s.Intn(90)) * time.Second)
		}
		s.block()
	}
}

// send queues a transaction of one to five messages, sometimes with too little gas, another's fee, an end, a memo.
func (m *mixed) send(from *Account) {
	msgs := []sdk.Msg{m.any(from)}
	if len(m.made) > 0 {
		msgs, m.made = append(msgs, send(from, m.made[0], 1+m.Int63n(50_000_000))), nil
	}
	for m.Intn(5) == 0 && len(msgs) < 4 {
		msgs = append(msgs, m.any(from))
	}
	about := make([]string, len(msgs))
	for i, msg := range msgs {
		about[i] = sdk.MsgTypeURL(msg)
	}
	t := T{About: strings.Join(about, ", "), By: by(from), Msgs: msgs, Gas: 2_000_000, Mode: modeDirect}
	if m.Intn(6) == 0 {
		t.Mode = modeAmino
	}
	switch m.Intn(12) {
	case 0:
		t.Gas = uint64(20_000 + m.Intn(180_000))
	case 1:
		t.Memo = strings.Repeat("m", m.Intn(300))
	case 2:
		t.Timeout = uint64(m.height) + uint64(m.Intn(3))
	case 3:
		t.Fee = sdk.NewCoins(scrt(int64(1+m.Intn(200_000))), sdk.NewInt64Coin("utoken", int64(1+m.Intn(50))))
	}
	if m.Intn(5) == 0 {
		if i := m.latest(from, m.allowances); i >= 0 {
			t.Granter = m.allowances[i][0]
		}
	}
	m.tx(t)
}

// latest finds the place of one of the latest grants to an account, or -1.
func (m *mixed) latest(grantee *Account, list [][2]*Account) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i][1] == grantee && m.Intn(3) != 0 {
			return i
		}
	}
	return -1
}

func (m *mixed) operator(v *Validator) sdk.Msg {
	switch m.Intn(5) {
	case 0:
		rate := m.dec(30)
		return stakingtypes.NewMsgEditValidator(v.String(), noEdit(fmt.Sprintf("name %d", m.Intn(9))), &rate, nil)
	case 1:
		own := math.NewInt(m.amount())
		return stakingtypes.NewMsgEditValidator(v.String(), noEdit(""), nil, &own)
	}
	return m.Sim.operator(v)
}

// proposalID is that of one of the latest proposals.
func (m *mixed) proposalID() uint64 {
	next := must(m.app.gov.ProposalID.Peek(m.ctx()))
	if next <= 1 {
		return 1
	}
	return next - 1 - uint64(m.Intn(int(min(next-1, 4))))
}

// any is a message of any kind.
func (m *mixed) any(a *Account) sdk.Msg {
	if m.Intn(2) == 0 {
		return m.message(a)
	}
	b, v, w := pick(m.Sim, m.users), pick(m.Sim, m.v), pick(m.Sim, m.v)
	switch m.Intn(12) {
	case 0, 1:
		return m.grant(a, b)
	case 2, 3:
		return m.exec(a)
	case 4:
		return m.revoke(a, b)
	case 5, 6:
		return m.allowance(a, b)
	case 7:
		return m.vesting(a)
	case 8:
		return m.vote(a)
	case 9:
		return m.proposal(a)
	case 10:
		return m.validator(a)
	}
	switch m.Intn(7) {
	case 0, 1:
		if list := must(m.app.staking.GetUnbondingDelegations(m.ctx(), a.Addr, 10)); len(list) > 0 {
			u := pick(m.Sim, list)
			e := pick(m.Sim, u.Entries)
			return stakingtypes.NewMsgCancelUnbondingDelegation(a.String(), u.ValidatorAddress, e.CreationHeight, scrt(1+m.Int63n(e.Balance.Int64()+1)))
		}
		return cancel(a, v, m.height, m.amount())
	case 2:
		return distrtypes.NewMsgDepositValidatorRewardsPool(a.String(), v.String(), coins(1+m.Int63n(1_000_000)))
	case 3:
		return banktypes.NewMsgSend(a.Addr, pick(m.Sim, []*Account{b, moduleAccount("gov"), moduleAccount("distribution")}).Addr, sdk.NewCoins(sdk.NewInt64Coin("utoken", 1+m.Int63n(2_000_000)), scrt(1+m.Int63n(100))))
	case 4:
		return pick(m.Sim, m.params(a.String()))
	case 5:
		return slashingtypes.NewMsgUnjail(v.String())
	}
	return redelegate(a, v, w, m.amount())
}

func (m *mixed) grant(a, b *Account) sdk.Msg {
	m.grants = append(m.grants, [2]*Account{a, b})
	limit := scrt(1 + m.Int63n(1_000_000_000))
	one, two := []sdk.ValAddress{pick(m.Sim, m.v).Addr()}, []sdk.ValAddress{m.v[0].Addr(), m.v[1].Addr()}
	kind := pick(m.Sim, []stakingtypes.AuthorizationType{stakingtypes.AuthorizationType_AUTHORIZATION_TYPE_DELEGATE, stakingtypes.AuthorizationType_AUTHORIZATION_TYPE_UNDELEGATE, stakingtypes.AuthorizationType_AUTHORIZATION_TYPE_REDELEGATE, stakingtypes.AuthorizationType_AUTHORIZATION_TYPE_CANCEL_UNBONDING_DELEGATION})
	what := pick(m.Sim, []authz.Authorization{
		must(stakingtypes.NewStakeAuthorization(two, nil, kind, &limit)),
		must(stakingtypes.NewStakeAuthorization(nil, one, kind, nil)),
		must(stakingtypes.NewStakeAuthorization(one, nil, kind, &limit)),
		banktypes.NewSendAuthorization(coins(1_000_000), []sdk.AccAddress{b.Addr, m.a[0].Addr}),
		authz.NewGenericAuthorization(sdk.MsgTypeURL(&govv1.MsgVote{})),
		authz.NewGenericAuthorization(sdk.MsgTypeURL(&distrtypes.MsgWithdrawDelegatorReward{})),
		authz.NewGenericAuthorization(sdk.MsgTypeURL(&stakingtypes.MsgBeginRedelegate{})),
		authz.NewGenericAuthorization(sdk.MsgTypeURL(&authz.MsgExec{})),
	})
	m.granted = append(m.granted, what)
	grant := must(authz.NewGrant(m.time.Add(-time.Hour), what, m.until()))
	return &authz.MsgGrant{Granter: a.String(), Grantee: b.String(), Grant: grant}
}

// until is an end: none, soon, or already over.
func (m *mixed) until() *time.Time {
	if m.Intn(4) == 0 {
		return nil
	}
	t := m.time.Add(time.Duration(m.Intn(200)-5) * time.Second)
	return &t
}

func (m *mixed) exec(a *Account) sdk.Msg {
	g, url := pick(m.Sim, m.users), ""
	if i := m.latest(a, m.grants); i >= 0 {
		g, url = m.grants[i][0], m.granted[i].MsgTypeURL()
	}
	v, n := pick(m.Sim, m.v), 1+m.Int63n(10_000_000)
	if list := must(m.app.staking.GetDelegatorDelegations(m.ctx(), g.Addr, 5)); len(list) > 0 {
		for _, x := range m.v {
			if x.String() == list[0].ValidatorAddress {
				v = x
			}
		}
	}
	kinds := []sdk.Msg{delegate(g, pick(m.Sim, m.v), n), undelegate(g, v, n), redelegate(g, v, pick(m.Sim, m.v), n), withdraw(g, v),
		govv1.NewMsgVote(g.Addr, m.proposalID(), govv1.OptionAbstain, ""), send(g, m.a[0], n), send(a, g, n), execOf(g, send(g, a, n))}
	msgs := []sdk.Msg{pick(m.Sim, kinds)}
	for _, k := range kinds {
		if sdk.MsgTypeURL(k) == url && m.Intn(4) != 0 {
			msgs[0] = k // an allowed one
		}
	}
	for m.Intn(4) == 0 && len(msgs) < 3 {
		msgs = append(msgs, pick(m.Sim, kinds))
	}
	return execOf(a, msgs...)
}

func (m *mixed) revoke(a, b *Account) sdk.Msg {
	if m.Intn(2) == 0 {
		for _, g := range m.allowances {
			if g[0] == a && m.Intn(2) == 0 {
				b = g[1]
			}
		}
		return feegrantRevoke(a, b)
	}
	for _, g := range m.grants {
		if g[0] == a && m.Intn(2) == 0 {
			b = g[1]
		}
	}
	r := authz.NewMsgRevoke(a.Addr, b.Addr, sdk.MsgTypeURL(pick(m.Sim, []sdk.Msg{&banktypes.MsgSend{}, &stakingtypes.MsgDelegate{}, &stakingtypes.MsgUndelegate{}, &stakingtypes.MsgBeginRedelegate{}, &govv1.MsgVote{}})))
	return &r
}

func (m *mixed) allowance(a, b *Account) sdk.Msg {
	m.allowances = append(m.allowances, [2]*Account{a, b})
	basic := feegrant.BasicAllowance{SpendLimit: coins(10_000 + m.Int63n(200_000)), Expiration: m.until()}
	if m.Intn(4) == 0 {
		basic.SpendLimit = nil
	}
	period := time.Duration(5+m.Intn(60)) * time.Second
	periodic := &feegrant.PeriodicAllowance{Basic: basic, Period: period, PeriodSpendLimit: coins(1_000 + m.Int63n(60_000)), PeriodCanSpend: coins(1 + m.Int63n(60_000)), PeriodReset: m.time.Add(time.Duration(m.Intn(60)) * time.Second)}
	urls := []string{sdk.MsgTypeURL(&banktypes.MsgSend{}), sdk.MsgTypeURL(&stakingtypes.MsgDelegate{}), sdk.MsgTypeURL(&authz.MsgExec{})}
	what := pick(m.Sim, []feegrant.FeeAllowanceI{&basic, periodic, periodic, must(feegrant.NewAllowedMsgAllowance(&basic, urls)), must(feegrant.NewAllowedMsgAllowance(periodic, urls[:1]))})
	return must(feegrant.NewMsgGrantAllowance(what, a.Addr, b.Addr))
}

// vesting makes a vesting account, which joins the users, or gives coins to one.
func (m *mixed) vesting(a *Account) sdk.Msg {
	if fresh := len(m.users) - len(m.a); m.Intn(3) == 0 || fresh > 12 {
		return send(a, m.users[len(m.a)+m.Intn(fresh)], 1+m.Int63n(50_000_000))
	}
	b := m.account(fmt.Sprintf("vesting%d", len(m.other)))
	m.users, m.made = append(m.users, b), append(m.made, b)
	end, n := m.time.Unix()+int64(m.Intn(300)), coins(1+m.Int63n(2_000_000_000))
	switch m.Intn(4) {
	case 0:
		return vestingtypes.NewMsgCreatePermanentLockedAccount(a.Addr, b.Addr, n)
	case 1:
		periods := make([]vestingtypes.Period, 1+m.Intn(4))
		for i := range periods {
			periods[i] = vestingtypes.Period{Length: int64(m.Intn(90)), Amount: coins(1 + m.Int63n(500_000_000))}
		}
		return vestingtypes.NewMsgCreatePeriodicVestingAccount(a.Addr, b.Addr, m.time.Unix()-int64(m.Intn(40)), periods)
	}
	return vestingtypes.NewMsgCreateVestingAccount(a.Addr, b.Addr, n, end, m.Intn(2) == 0)
}

func (m *mixed) vote(a *Account) sdk.Msg {
	id := m.proposalID()
	first := math.LegacyNewDecWithPrec(int64(1+m.Intn(99)), 2)
	second := math.LegacyOneDec().Sub(first)
	switch m.Intn(5) {
	case 0:
		return govv1beta1.NewMsgVote(a.Addr, id, govv1beta1.OptionYes)
	case 1:
		return govv1beta1.NewMsgVoteWeighted(a.Addr, id, govv1beta1.WeightedVoteOptions{{Option: govv1beta1.OptionYes, Weight: first}, {Option: govv1beta1.OptionNo, Weight: second}})
	case 2:
		return govv1.NewMsgCancelProposal(id, a.String())
	}
	options := govv1.WeightedVoteOptions{{Option: govv1.OptionYes, Weight: first.String()}, {Option: pick(m.Sim, []govv1.VoteOption{govv1.OptionAbstain, govv1.OptionNoWithVeto, govv1.OptionYes}), Weight: second.String()}}
	return govv1.NewMsgVoteWeighted(a.Addr, id, options, "")
}

func (m *mixed) proposal(a *Account) sdk.Msg {
	if m.Intn(5) == 0 {
		return must(govv1beta1.NewMsgSubmitProposal(govv1beta1.NewTextProposal("title", "description"), coins(500_000_000+m.Int63n(1_000_000_000)), a.Addr))
	}
	msgs := []sdk.Msg{pick(m.Sim, m.params(govAddress()))}
	if m.Intn(3) == 0 {
		msgs = append(msgs, pick(m.Sim, m.params(govAddress())))
	}
	return must(govv1.NewMsgSubmitProposal(msgs, coins(1_000_000_000+m.Int63n(2_000_000_000)), a.String(), "metadata", "title", "summary", m.Intn(3) == 0))
}

// params are messages of an authority, which change parameters.
func (m *mixed) params(authority string) []sdk.Msg {
	ctx := m.ctx()
	staking, slashing := must(m.app.staking.GetParams(ctx)), must(m.app.slashing.GetParams(ctx))
	staking.MaxValidators, staking.MaxEntries, staking.UnbondingTime = uint32(3+m.Intn(4)), uint32(1+m.Intn(7)), time.Duration(30+m.Intn(120))*time.Second
	slashing.SignedBlocksWindow, slashing.MinSignedPerWindow = int64(4+m.Intn(12)), math.LegacyNewDecWithPrec(int64(10+m.Intn(90)), 2)
	slashing.SlashFractionDowntime, slashing.SlashFractionDoubleSign = m.dec(10), m.dec(50)
	distr, mint, gov := must(m.app.distr.Params.Get(ctx)), must(m.app.mint.Params.Get(ctx)), must(m.app.gov.Params.Get(ctx))
	distr.CommunityTax, distr.WithdrawAddrEnabled = m.dec(30), m.Intn(4) != 0
	mint.InflationMin, mint.InflationRateChange, mint.BlocksPerYear = m.dec(7), m.dec(90), uint64(1_000+m.Intn(1_000_000))
	gov.BurnVoteQuorum, gov.BurnProposalDepositPrevote, gov.BurnVoteVeto = m.Intn(2) == 0, m.Intn(2) == 0, m.Intn(2) == 0
	gov.Quorum, gov.ProposalCancelRatio, gov.MinInitialDepositRatio = math.LegacyNewDecWithPrec(int64(1+m.Intn(60)), 2).String(), m.dec(100).String(), m.dec(40).String()
	return []sdk.Msg{
		&stakingtypes.MsgUpdateParams{Authority: authority, Params: staking},
		&slashingtypes.MsgUpdateParams{Authority: authority, Params: slashing},
		&distrtypes.MsgUpdateParams{Authority: authority, Params: distr},
		&minttypes.MsgUpdateParams{Authority: authority, Params: mint},
		&govv1.MsgUpdateParams{Authority: authority, Params: gov},
		&banktypes.MsgSetSendEnabled{Authority: authority, SendEnabled: []*banktypes.SendEnabled{{Denom: "utoken", Enabled: m.Intn(2) == 0}}},
		&distrtypes.MsgCommunityPoolSpend{Authority: authority, Recipient: pick(m.Sim, m.users).String(), Amount: coins(1 + m.Int63n(100_000_000))},
	}
}

// validator makes or edits one whose operator is a user.
func (m *mixed) validator(a *Account) sdk.Msg {
	for _, v := range m.v[4:] {
		if v.Operator == a {
			return m.operator(v)
		}
	}
	if len(m.v) > 7 {
		return stakingtypes.NewMsgEditValidator(sdk.ValAddress(a.Addr).String(), noEdit("nobody"), nil, nil)
	}
	name := fmt.Sprintf("v%d", len(m.v))
	v := newValidator(m.seed, name)
	v.Operator = a
	m.v = append(m.v, v)
	top := m.dec(100)
	return create(v, 1_000_000+m.Int63n(200_000_000_000), "0.05", top.String(), "0.01", 1+m.Int63n(2_000_000))
}
