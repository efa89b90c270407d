// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"reflect"

	circuittypes "cosmossdk.io/x/circuit/types"
	evidencetypes "cosmossdk.io/x/evidence/types"
	"cosmossdk.io/x/feegrant"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/gogoproto/proto"
)

func init() {
	scenarios["pages"] = scenario{about: "every paginated query of all modules: limits and offsets up to 64 bits, both directions, real and broken keys, a key beside an offset", accounts: 4, validators: 4, play: playPages,
		options: func(s *Sim, o *GenesisOptions) {
			o.Window = 10
			o.Edit = func(a *App, state map[string]json.RawMessage) {
				edit(a, state, banktypes.ModuleName, &banktypes.GenesisState{}, func(g *banktypes.GenesisState) {
					for _, name := range []string{"uone", "utwo", "uthree"} {
						g.SendEnabled = append(g.SendEnabled, banktypes.SendEnabled{Denom: name, Enabled: name != "utwo"})
						g.DenomMetadata = append(g.DenomMetadata, banktypes.Metadata{Base: name, Display: name, Name: name, Symbol: name, DenomUnits: []*banktypes.DenomUnit{{Denom: name}}})
					}
				})
			}
		}}
}

// paged is a request with a page, and the type of its answer.
type paged struct {
	path    string
	request proto.Message
	answer  interface {
		proto.Message
		GetPagination() *query.PageResponse
	}
}

// with is the request with another page.
func (p paged) with(page *query.PageRequest) proto.Message {
	reflect.ValueOf(p.request).Elem().FieldByName("Pagination").Set(reflect.ValueOf(page))
	return p.request
}

// playPages makes several rows for each list, then asks for their pages.
func playPages(s *Sim) {
	a, v := s.a, s.v
	s.misses(v[3], "absent")
	s.wait(12) // v3 is slashed for downtime, then for a double sign
	s.equivocates(v[3], "duplicate_vote", 5)
	s.evidence[0].Power = 110_000 // its power before the jail
	s.block()
	s.pass("permission", &circuittypes.MsgAuthorizeCircuitBreaker{Granter: govAddress(), Grantee: a[0].String(), Permissions: &circuittypes.Permissions{Level: circuittypes.Permissions_LEVEL_SUPER_ADMIN}})
	for _, x := range a[1:] {
		s.do(a[0], "permission", &circuittypes.MsgAuthorizeCircuitBreaker{Granter: a[0].String(), Grantee: x.String(), Permissions: &circuittypes.Permissions{Level: circuittypes.Permissions_LEVEL_ALL_MSGS}})
	}
	for i, x := range a {
		s.do(x, "delegate", delegate(x, v[0], int64(1_000_000*(i+1))), delegate(x, v[1], 2_000_000), delegate(x, v[2], 3_000_000), delegate(x, v[3], 30_000_000_000))
	}
	s.block()
	for _, x := range a {
		allow := must(feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, x.Addr, v[0].Operator.Addr))
		fromOne := must(feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, a[0].Addr, x.Addr))
		s.do(x, "unbond", undelegate(x, v[0], 10_000), undelegate(x, v[1], 20_000), undelegate(x, v[2], 20_000))
		s.do(x, "redelegate", redelegate(x, v[0], v[1], 5_000), redelegate(x, v[0], v[2], 5_000))
		s.do(x, "allowance", allow)
		if x != a[0] {
			s.do(a[0], "allowance", fromOne)
		}
		for _, m := range []sdk.Msg{&banktypes.MsgSend{}, &govv1.MsgVote{}, &govv1.MsgDeposit{}} {
			s.do(x, "grant", must(authz.NewMsgGrant(x.Addr, v[0].Operator.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(m)), nil)))
		}
	}
	s.block()
	// v1beta1 shows proposals of one message alone.
	fromGov := &banktypes.MsgSend{FromAddress: govAddress(), ToAddress: a[0].String(), Amount: coins(1)}
	for i := range 4 {
		s.propose(a[i], "one of several", 20_000_000, false, fromGov)
		s.block()
	}
	voted := s.propose(a[0], "with votes", 1_000_000_000, false, fromGov)
	s.equivocates(v[1], "duplicate_vote", 4)
	s.block()
	s.equivocates(v[2], "duplicate_vote", 4)
	for _, x := range a {
		s.do(x, "vote and deposit", govv1.NewMsgVote(x.Addr, voted, govv1.OptionYes, ""), govv1.NewMsgDeposit(x.Addr, voted, coins(20_000_000)))
	}
	s.wait(3)
	s.do(a[0], "send", send(a[0], a[1], 1))
	s.block()
	s.askPages(voted)
	s.block()
}

func (s *Sim) askPages(voted uint64) {
	a, v := s.a, s.v
	one, op, val := a[1].String(), v[0].Operator.String(), v[0].String()
	lists := []paged{
		{"/cosmos.auth.v1beta1.Query/Accounts", &authtypes.QueryAccountsRequest{}, &authtypes.QueryAccountsResponse{}},
		{"/cosmos.bank.v1beta1.Query/AllBalances", &banktypes.QueryAllBalancesRequest{Address: one}, &banktypes.QueryAllBalancesResponse{}},
		{"/cosmos.bank.v1beta1.Query/SpendableBalances", &banktypes.QuerySpendableBalancesRequest{Address: one}, &banktypes.QuerySpendableBalancesResponse{}},
		{"/cosmos.bank.v1beta1.Query/TotalSupply", &banktypes.QueryTotalSupplyRequest{}, &banktypes.QueryTotalSupplyResponse{}},
		{"/cosmos.bank.v1beta1.Query/DenomsMetadata", &banktypes.QueryDenomsMetadataRequest{}, &banktypes.QueryDenomsMetadataResponse{}},
		{"/cosmos.bank.v1beta1.Query/DenomOwners", &banktypes.QueryDenomOwnersRequest{Denom: denom}, &banktypes.QueryDenomOwnersResponse{}},
		{"/cosmos.bank.v1beta1.Query/DenomOwnersByQuery", &banktypes.QueryDenomOwnersByQueryRequest{Denom: denom}, &banktypes.QueryDenomOwnersByQueryResponse{}},
		{"/cosmos.bank.v1beta1.Query/SendEnabled", &banktypes.QuerySendEnabledRequest{}, &banktypes.QuerySendEnabledResponse{}},
		{"/cosmos.staking.v1beta1.Query/Validators", &stakingtypes.QueryValidatorsRequest{}, &stakingtypes.QueryValidatorsResponse{}},
		{"/cosmos.staking.v1beta1.Query/Validators", &stakingtypes.QueryValidatorsRequest{Status: "BOND_STATUS_BONDED"}, &stakingtypes.QueryValidatorsResponse{}},
		{"/cosmos.staking.v1beta1.Query/ValidatorDelegations", &stakingtypes.QueryValidatorDelegationsRequest{ValidatorAddr: val}, &stakingtypes.QueryValidatorDelegationsResponse{}},
		{"/cosmos.staking.v1beta1.Query/ValidatorUnbondingDelegations", &stakingtypes.QueryValidatorUnbondingDelegationsRequest{ValidatorAddr: val}, &stakingtypes.QueryValidatorUnbondingDelegationsResponse{}},
		{"/cosmos.staking.v1beta1.Query/DelegatorDelegations", &stakingtypes.QueryDelegatorDelegationsRequest{DelegatorAddr: one}, &stakingtypes.QueryDelegatorDelegationsResponse{}},
		{"/cosmos.staking.v1beta1.Query/DelegatorUnbondingDelegations", &stakingtypes.QueryDelegatorUnbondingDelegationsRequest{DelegatorAddr: one}, &stakingtypes.QueryDelegatorUnbondingDelegationsResponse{}},
		{"/cosmos.staking.v1beta1.Query/DelegatorValidators", &stakingtypes.QueryDelegatorValidatorsRequest{DelegatorAddr: one}, &stakingtypes.QueryDelegatorValidatorsResponse{}},
		{"/cosmos.staking.v1beta1.Query/Redelegations", &stakingtypes.QueryRedelegationsRequest{DelegatorAddr: one}, &stakingtypes.QueryRedelegationsResponse{}},
		{"/cosmos.staking.v1beta1.Query/Redelegations", &stakingtypes.QueryRedelegationsRequest{SrcValidatorAddr: val}, &stakingtypes.QueryRedelegationsResponse{}},
		{"/cosmos.distribution.v1beta1.Query/ValidatorSlashes", &distrtypes.QueryValidatorSlashesRequest{ValidatorAddress: v[3].String(), EndingHeight: 1000}, &distrtypes.QueryValidatorSlashesResponse{}},
		{"/cosmos.slashing.v1beta1.Query/SigningInfos", &slashingtypes.QuerySigningInfosRequest{}, &slashingtypes.QuerySigningInfosResponse{}},
		{"/cosmos.evidence.v1beta1.Query/AllEvidence", &evidencetypes.QueryAllEvidenceRequest{}, &evidencetypes.QueryAllEvidenceResponse{}},
		{"/cosmos.gov.v1.Query/Proposals", &govv1.QueryProposalsRequest{}, &govv1.QueryProposalsResponse{}},
		{"/cosmos.gov.v1.Query/Proposals", &govv1.QueryProposalsRequest{Depositor: one}, &govv1.QueryProposalsResponse{}},
		{"/cosmos.gov.v1.Query/Votes", &govv1.QueryVotesRequest{ProposalId: voted}, &govv1.QueryVotesResponse{}},
		{"/cosmos.gov.v1.Query/Deposits", &govv1.QueryDepositsRequest{ProposalId: voted}, &govv1.QueryDepositsResponse{}},
		{"/cosmos.gov.v1beta1.Query/Proposals", &govv1beta1.QueryProposalsRequest{}, &govv1beta1.QueryProposalsResponse{}},
		{"/cosmos.gov.v1beta1.Query/Votes", &govv1beta1.QueryVotesRequest{ProposalId: voted}, &govv1beta1.QueryVotesResponse{}},
		{"/cosmos.gov.v1beta1.Query/Deposits", &govv1beta1.QueryDepositsRequest{ProposalId: voted}, &govv1beta1.QueryDepositsResponse{}},
		{"/cosmos.authz.v1beta1.Query/Grants", &authz.QueryGrantsRequest{Granter: one, Grantee: op}, &authz.QueryGrantsResponse{}},
		{"/cosmos.authz.v1beta1.Query/GranterGrants", &authz.QueryGranterGrantsRequest{Granter: one}, &authz.QueryGranterGrantsResponse{}},
		{"/cosmos.authz.v1beta1.Query/GranteeGrants", &authz.QueryGranteeGrantsRequest{Grantee: op}, &authz.QueryGranteeGrantsResponse{}},
		{"/cosmos.authz.v1beta1.Query/GranteeGrants", &authz.QueryGranteeGrantsRequest{Grantee: one}, &authz.QueryGranteeGrantsResponse{}},
		{"/cosmos.feegrant.v1beta1.Query/Allowances", &feegrant.QueryAllowancesRequest{Grantee: op}, &feegrant.QueryAllowancesResponse{}},
		{"/cosmos.feegrant.v1beta1.Query/AllowancesByGranter", &feegrant.QueryAllowancesByGranterRequest{Granter: one}, &feegrant.QueryAllowancesByGranterResponse{}},
		{"/cosmos.circuit.v1.Query/Accounts", &circuittypes.QueryAccountsRequest{}, &circuittypes.AccountsResponse{}},
	}
	for _, each := range lists {
		for _, page := range append(pages(nil), &query.PageRequest{Limit: 1<<64 - 1}, &query.PageRequest{Limit: 1<<64 - 1, Offset: 1}, &query.PageRequest{Limit: 1<<64 - 1, Offset: 2, CountTotal: true}, &query.PageRequest{Limit: 1, Offset: 1<<64 - 1, CountTotal: true}) {
			s.query(each.path, each.with(page))
		}
		for _, key := range append(s.keysOf(each), []byte{0}, []byte{0xff}, []byte{20}, make([]byte, 300)) {
			for _, page := range []*query.PageRequest{{Key: key, Limit: 2}, {Key: key, Limit: 1<<64 - 1}, {Key: key, CountTotal: true}, {Key: key, Limit: 2, Reverse: true}, {Key: key, Offset: 1}} {
				s.query(each.path, each.with(page))
			}
		}
	}
}

// keysOf are keys of a list as its pages give them, those of its second and its last row, and others near them.
func (s *Sim) keysOf(list paged) (keys [][]byte) {
	ask := func(page *query.PageRequest) *query.PageResponse {
		answer, err := s.app.Query(s.ctx(), &abci.RequestQuery{Path: list.path, Data: must(proto.Marshal(list.with(page)))})
		check(err)
		if answer.Code != 0 {
			return nil
		}
		list.answer.Reset()
		check(proto.Unmarshal(answer.Value, list.answer))
		return list.answer.GetPagination()
	}
	limits := []uint64{1}
	if total := ask(nil).GetTotal(); total > 2 {
		limits = append(limits, total-1)
	}
	for _, limit := range limits {
		if next := ask(&query.PageRequest{Limit: limit}).GetNextKey(); len(next) > 0 {
			keys = append(keys, next, next[:len(next)-1], append(append([]byte{}, next...), 1))
		}
	}
	return keys
}
