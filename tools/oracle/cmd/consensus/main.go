// SPDX-License-Identifier: Apache-2.0

// consensus prints what CometBFT says of its round state and of evidence, beside the values that it was made of.
// usage: go run ./cmd/consensus > FILE
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	cstypes "github.com/cometbft/cometbft/consensus/types"
	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/evidence"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"
)

const chainID = "secretdev-1"

var (
	big, small = ed25519.GenPrivKeyFromSecret([]byte("big")), ed25519.GenPrivKeyFromSecret([]byte("small"))
	set        = types.NewValidatorSet([]*types.Validator{types.NewValidator(big.PubKey(), 70), types.NewValidator(small.PubKey(), 10)})
	at         = time.Unix(1_700_000_000, 123_456_789).UTC()
)

type pbMessage interface{ Marshal() ([]byte, error) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
func protoHex(m pbMessage) string         { return hex.EncodeToString(must(m.Marshal())) }
func setHex(s *types.ValidatorSet) string { return protoHex(must(s.ToProto())) }

func idOf(b byte) types.BlockID {
	return types.BlockID{Hash: bytes.Repeat([]byte{b}, 32), PartSetHeader: types.PartSetHeader{Total: 1, Hash: bytes.Repeat([]byte{b + 1}, 32)}}
}

func vote(key crypto.PrivKey, kind cmtproto.SignedMsgType, height int64, round int32, id types.BlockID) *types.Vote {
	index, _ := set.GetByAddress(key.PubKey().Address())
	v := &types.Vote{Type: kind, Height: height, Round: round, BlockID: id, Timestamp: at, ValidatorAddress: key.PubKey().Address(), ValidatorIndex: index}
	v.Signature = must(key.Sign(types.VoteSignBytes(chainID, v.ToProto())))
	return v
}

func block(height int64, last *types.Commit) *types.Block {
	b := types.MakeBlock(height, []types.Tx{{1, 2, 3}}, last, nil)
	b.Version = cmtversion.Consensus{Block: version.BlockProtocol}
	b.ChainID, b.Time, b.ValidatorsHash, b.NextValidatorsHash = chainID, at, set.Hash(), set.Hash()
	b.ProposerAddress, b.LastBlockID = big.PubKey().Address(), last.BlockID
	return b
}

type roundFact struct {
	Height     int64  `json:"height"`
	Start      string `json:"start"`
	Validators string `json:"validators"`
	Last       string `json:"last_validators,omitempty"`
	LastCommit string `json:"last_commit,omitempty"`
	Block      string `json:"block,omitempty"`
	Commit     string `json:"commit,omitempty"`
	Simple     string `json:"simple"`
	Dump       string `json:"dump"`
}

// finish prints a round state as the two RPC methods do.
func finish(rs *cstypes.RoundState, fact roundFact) roundFact {
	simple := ctypes.ResultConsensusState{RoundState: must(cmtjson.Marshal(rs.RoundStateSimple()))}
	dump := ctypes.ResultDumpConsensusState{RoundState: must(cmtjson.Marshal(rs)), Peers: []ctypes.PeerStateInfo{}}
	fact.Height, fact.Validators, fact.Start = rs.Height, setHex(rs.Validators), rs.StartTime.Format(time.RFC3339Nano)
	fact.Simple, fact.Dump = string(must(cmtjson.Marshal(simple))), string(must(cmtjson.Marshal(dump)))
	return fact
}

func fresh(height int64) *cstypes.RoundState {
	return &cstypes.RoundState{
		Height: height, Step: cstypes.RoundStepNewHeight, Validators: set, LockedRound: -1, ValidRound: -1, CommitRound: -1,
		Votes: cstypes.NewHeightVoteSet(chainID, height, set), LastValidators: types.NewValidatorSet(nil), StartTime: at,
	}
}

func rounds() map[string]roundFact {
	first := fresh(1)
	precommits := types.NewVoteSet(chainID, 4, 0, cmtproto.PrecommitType, set)
	must(precommits.AddVote(vote(big, cmtproto.PrecommitType, 4, 0, idOf(1))))
	last := precommits.MakeExtendedCommit(types.ABCIParams{}).ToCommit()
	waiting := func() *cstypes.RoundState {
		rs := fresh(5)
		rs.LastCommit, rs.LastValidators, rs.CommitTime, rs.StartTime = precommits, set, at, at.Add(time.Second)
		return rs
	}
	known := roundFact{Last: setHex(set), LastCommit: protoHex(last.ToProto())}
	decided := waiting()
	b := block(5, last)
	parts := must(b.MakePartSet(types.BlockPartSizeBytes))
	id := types.BlockID{Hash: b.Hash(), PartSetHeader: parts.Header()}
	decided.Votes.SetRound(1)
	must(decided.Votes.AddVote(vote(big, cmtproto.PrecommitType, 5, 1, id), "", false))
	decided.Round, decided.Step, decided.CommitRound = 1, cstypes.RoundStepCommit, 1
	decided.ProposalBlock, decided.ProposalBlockParts = b, parts
	decided.CommitTime = at
	commit := decided.Votes.Precommits(1).MakeExtendedCommit(types.ABCIParams{}).ToCommit()
	executing := known
	executing.Block, executing.Commit = protoHex(must(b.ToProto())), protoHex(commit.ToProto())
	return map[string]roundFact{
		"first":     finish(first, roundFact{}),
		"waiting":   finish(waiting(), known),
		"executing": finish(decided, executing),
	}
}

type evidenceFact struct {
	Name   string `json:"name"`
	JSON   string `json:"json"`
	Parse  string `json:"parse,omitempty"`
	Basic  string `json:"basic,omitempty"`
	Verify string `json:"verify,omitempty"`
	Text   string `json:"text,omitempty"`
	// As a block contains it.
	Bytes string `json:"bytes,omitempty"`
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func judge(name string, bz []byte) evidenceFact {
	fact := evidenceFact{Name: name, JSON: string(bz)}
	var ev types.Evidence
	if err := cmtjson.Unmarshal(bz, &ev); err != nil {
		fact.Parse = text(err)
		return fact
	}
	if ev == nil {
		return fact
	}
	if err := ev.ValidateBasic(); err != nil {
		fact.Basic = text(err)
		return fact
	}
	fact.Bytes = hex.EncodeToString(ev.Bytes())
	if dve, good := ev.(*types.DuplicateVoteEvidence); good {
		fact.Text, fact.Verify = dve.String(), text(evidence.VerifyDuplicateVote(dve, chainID, set))
	}
	return fact
}

func duplicates() []evidenceFact {
	pre, second := cmtproto.PrecommitType, idOf(5)
	type change func(*types.DuplicateVoteEvidence)
	make := func(f change) []byte {
		ev := must(types.NewDuplicateVoteEvidence(vote(big, pre, 4, 0, idOf(1)), vote(big, pre, 4, 0, second), at, set))
		f(ev)
		return must(cmtjson.Marshal(ev))
	}
	signed := func(v *types.Vote, key crypto.PrivKey) *types.Vote {
		v.Signature = must(key.Sign(types.VoteSignBytes(chainID, v.ToProto())))
		return v
	}
	cases := []struct {
		name string
		f    change
	}{
		{"good", func(*types.DuplicateVoteEvidence) {}},
		{"good prevotes", func(e *types.DuplicateVoteEvidence) {
			e.VoteA, e.VoteB = vote(big, cmtproto.PrevoteType, 4, 11, idOf(1)), vote(big, cmtproto.PrevoteType, 4, 11, second)
		}},
		{"no vote", func(e *types.DuplicateVoteEvidence) { e.VoteB = nil }},
		{"no votes", func(e *types.DuplicateVoteEvidence) { e.VoteA, e.VoteB = nil, nil }},
		{"unsorted", func(e *types.DuplicateVoteEvidence) { e.VoteA, e.VoteB = e.VoteB, e.VoteA }},
		{"same block", func(e *types.DuplicateVoteEvidence) { e.VoteB = e.VoteA }},
		{"bad type", func(e *types.DuplicateVoteEvidence) { e.VoteA.Type = 3 }},
		{"bad height", func(e *types.DuplicateVoteEvidence) { e.VoteB.Height = 0 }},
		{"bad round", func(e *types.DuplicateVoteEvidence) { e.VoteA.Round = -1 }},
		{"bad hash", func(e *types.DuplicateVoteEvidence) { e.VoteA.BlockID.Hash = []byte{1} }},
		{"bad parts", func(e *types.DuplicateVoteEvidence) { e.VoteA.BlockID.PartSetHeader.Hash = []byte{1} }},
		{"incomplete block", func(e *types.DuplicateVoteEvidence) { e.VoteA.BlockID.PartSetHeader.Total = 0 }},
		{"bad address", func(e *types.DuplicateVoteEvidence) { e.VoteA.ValidatorAddress = []byte{1, 2} }},
		{"bad index", func(e *types.DuplicateVoteEvidence) { e.VoteA.ValidatorIndex = -1 }},
		{"no signature", func(e *types.DuplicateVoteEvidence) { e.VoteB.Signature = nil }},
		{"long signature", func(e *types.DuplicateVoteEvidence) { e.VoteB.Signature = bytes.Repeat([]byte{1}, 65) }},
		{"prevote with extension", func(e *types.DuplicateVoteEvidence) { e.VoteA.Type, e.VoteA.Extension = 1, []byte{1} }},
		{"prevote with extension signature", func(e *types.DuplicateVoteEvidence) { e.VoteA.Type, e.VoteA.ExtensionSignature = 1, []byte{1} }},
		{"unsigned extension", func(e *types.DuplicateVoteEvidence) { e.VoteA.Extension = []byte{1} }},
		{"long extension signature", func(e *types.DuplicateVoteEvidence) { e.VoteA.ExtensionSignature = bytes.Repeat([]byte{1}, 65) }},
		{"stranger", func(e *types.DuplicateVoteEvidence) { e.VoteA.ValidatorAddress = bytes.Repeat([]byte{7}, 20) }},
		{"two heights", func(e *types.DuplicateVoteEvidence) { e.VoteB.Height = 3 }},
		{"two types", func(e *types.DuplicateVoteEvidence) { e.VoteB.Type = 1 }},
		{"two validators", func(e *types.DuplicateVoteEvidence) { e.VoteB.ValidatorAddress = small.PubKey().Address() }},
		{"other power", func(e *types.DuplicateVoteEvidence) { e.ValidatorPower = 71 }},
		{"other total", func(e *types.DuplicateVoteEvidence) { e.TotalVotingPower = 81 }},
		{"bad signature A", func(e *types.DuplicateVoteEvidence) { e.VoteA.Signature[3] ^= 1 }},
		{"bad signature B", func(e *types.DuplicateVoteEvidence) { signed(e.VoteB, small) }},
		{"vote for nil", func(e *types.DuplicateVoteEvidence) {
			e.VoteA.BlockID = types.BlockID{}
			signed(e.VoteA, big)
		}},
	}
	out := []evidenceFact{}
	for _, c := range cases {
		out = append(out, judge(c.name, make(c.f)))
	}
	for _, c := range [][2]string{
		{"null", `null`},
		{"without type", `{"value":{}}`},
		{"without value", `{"type":"tendermint/DuplicateVoteEvidence"}`},
		{"unknown type", `{"type":"x","value":{}}`},
		{"another type", `{"type":"tendermint/PubKeyEd25519","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`},
		{"a number", `{"type":"tendermint/DuplicateVoteEvidence","value":{"TotalVotingPower":5}}`},
		{"a local time", `{"type":"tendermint/DuplicateVoteEvidence","value":{"Timestamp":"2023-11-14T22:13:20+01:00"}}`},
		{"a time that is", `{"type":"tendermint/DuplicateVoteEvidence","value":{"Timestamp":5}}`},
		{"empty", `{"type":"tendermint/DuplicateVoteEvidence","value":{}}`},
	} {
		out = append(out, judge(c[0], []byte(c[1])))
	}
	return out
}

type attackFact struct {
	evidenceFact
	Common  string `json:"common"`
	Trusted string `json:"trusted"`
}

// light is a block that the keys sign in a round.
func light(round int32, keys []crypto.PrivKey, change func(*types.Header)) *types.LightBlock {
	b := block(4, &types.Commit{Height: 3, BlockID: idOf(9)})
	b.LastCommitHash, b.AppHash, b.ConsensusHash = idOf(3).Hash, idOf(2).Hash, idOf(4).Hash
	change(&b.Header)
	id := types.BlockID{Hash: b.Header.Hash(), PartSetHeader: idOf(6).PartSetHeader}
	votes := types.NewVoteSet(b.ChainID, b.Height, round, cmtproto.PrecommitType, set)
	for _, key := range keys {
		must(votes.AddVote(vote(key, cmtproto.PrecommitType, b.Height, round, id)))
	}
	commit := votes.MakeExtendedCommit(types.ABCIParams{}).ToCommit()
	return &types.LightBlock{SignedHeader: &types.SignedHeader{Header: &b.Header, Commit: commit}, ValidatorSet: set.Copy()}
}

func attacks() (out []attackFact) {
	both := []crypto.PrivKey{big, small}
	one := both[:1]
	same := func(*types.Header) {}
	common := light(0, both, func(h *types.Header) { h.Height = 3 })
	trusted := light(0, both, same)
	lunatic := func(h *types.Header) { h.AppHash = idOf(7).Hash }
	other := func(h *types.Header) { h.DataHash = idOf(7).Hash }
	guilty := func(keys ...crypto.PrivKey) (list []*types.Validator) {
		for _, key := range keys {
			_, v := set.GetByAddress(key.PubKey().Address())
			list = append(list, v)
		}
		return
	}
	type ev = types.LightClientAttackEvidence
	far := func(b *types.LightBlock, vals []*types.Validator) *ev {
		return &ev{ConflictingBlock: b, CommonHeight: 3, ByzantineValidators: vals, TotalVotingPower: 80, Timestamp: at}
	}
	near := func(b *types.LightBlock, vals []*types.Validator) *ev {
		e := far(b, vals)
		e.CommonHeight = 4
		return e
	}
	with := func(e *ev, f func(*ev)) *ev { f(e); return e }
	lunaticBy := func(keys []crypto.PrivKey) *ev { return far(light(0, keys, lunatic), guilty(keys...)) }
	for _, c := range []struct {
		name string
		ev   *ev
	}{
		{"lunatic", lunaticBy(both)},
		{"lunatic by one", lunaticBy(one)},
		{"equivocation", near(light(0, both, other), guilty(both...))},
		{"equivocation by one", near(light(0, one, other), guilty(one...))},
		{"amnesia", near(light(1, both, other), nil)},
		{"amnesia with names", near(light(1, both, other), guilty(big))},
		{"invented at the common height", near(light(0, both, lunatic), guilty(both...))},
		{"the chain's own block", near(light(0, both, same), guilty(both...))},
		{"too few names", far(light(0, both, lunatic), guilty(big))},
		{"names in disorder", far(light(0, both, lunatic), guilty(small, big))},
		{"other power", with(lunaticBy(both), func(e *ev) { v := *e.ByzantineValidators[0]; v.VotingPower = 71; e.ByzantineValidators[0] = &v })},
		{"other total", with(lunaticBy(both), func(e *ev) { e.TotalVotingPower = 81 })},
		{"bad signature, two keys", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Signatures[1].Signature[5] ^= 1 })},
		{"bad signature at the common height", with(near(light(0, both, other), guilty(both...)), func(e *ev) { e.ConflictingBlock.Commit.Signatures[0].Signature[5] ^= 1 })},
		{"little power", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Signatures[0] = types.NewCommitSigAbsent() })},
		{"little power at the common height", with(near(light(0, both, other), guilty(both...)), func(e *ev) { e.ConflictingBlock.Commit.Signatures[0] = types.NewCommitSigAbsent() })},
		{"double vote", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Signatures[1] = e.ConflictingBlock.Commit.Signatures[0] })},
		{"too many signatures", with(lunaticBy(both), func(e *ev) {
			c := e.ConflictingBlock.Commit
			c.Signatures = append(c.Signatures, types.NewCommitSigAbsent())
		})},
		{"to come, later", far(light(0, both, func(h *types.Header) { h.Height, h.Time, h.AppHash = 9, at.Add(time.Hour), idOf(7).Hash }), guilty(both...))},
		{"no block", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock = nil })},
		{"no header", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.SignedHeader.Header = nil })},
		{"no commit", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.SignedHeader.Commit = nil })},
		{"no validators", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet = nil })},
		{"empty validators", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet.Validators = nil })},
		{"no proposer", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet.Proposer = nil })},
		{"validator without key", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet.Validators[1].PubKey = nil })},
		{"validator of another address", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet.Validators[1].Address = big.PubKey().Address() })},
		{"negative power", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet.Validators[1].VotingPower = -1 })},
		{"another set", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.ValidatorSet.Validators[1].VotingPower = 11 })},
		{"no power", with(lunaticBy(both), func(e *ev) { e.TotalVotingPower = 0 })},
		{"no common height", with(lunaticBy(both), func(e *ev) { e.CommonHeight = 0 })},
		{"common height ahead", with(lunaticBy(both), func(e *ev) { e.CommonHeight = 5 })},
		{"bad protocol", far(light(0, both, func(h *types.Header) { h.Version.Block = 10 }), nil)},
		{"bad hash", far(light(0, both, func(h *types.Header) { h.DataHash = []byte{1} }), nil)},
		{"bad proposer", far(light(0, both, func(h *types.Header) { h.ProposerAddress = []byte{1} }), nil)},
		{"commit of another block", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.BlockID = idOf(1) })},
		{"commit of another height", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Height = 5 })},
		{"commit without signatures", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Signatures = nil })},
		{"commit of an unknown kind", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Signatures[0].BlockIDFlag = 7 })},
		{"absent with a signature", with(lunaticBy(both), func(e *ev) { e.ConflictingBlock.Commit.Signatures[0].BlockIDFlag = 1 })},
	} {
		bz := must(cmtjson.Marshal(c.ev))
		fact := attackFact{Common: protoHex(must(common.ToProto())), Trusted: protoHex(must(trusted.ToProto()))}
		fact.Name, fact.JSON = c.name, string(bz)
		var read types.Evidence
		if err := cmtjson.Unmarshal(bz, &read); err != nil {
			panic(err)
		}
		e := read.(*ev)
		if fact.Basic = text(e.ValidateBasic()); fact.Basic == "" {
			fact.Text, fact.Bytes = e.String(), hex.EncodeToString(e.Bytes())
			own := trusted.SignedHeader
			if e.CommonHeight == 3 {
				fact.Verify = text(evidence.VerifyLightClientAttack(e, common.SignedHeader, own, set, at, time.Hour))
			} else {
				fact.Verify = text(evidence.VerifyLightClientAttack(e, own, own, set, at, time.Hour))
			}
		}
		out = append(out, fact)
	}
	return
}

func main() {
	facts := map[string]any{
		"source":     "github.com/cometbft/cometbft v0.38.19, by tools/oracle: go run ./cmd/consensus",
		"chain_id":   chainID,
		"validators": setHex(set),
		"rounds":     rounds(),
		"evidence":   duplicates(),
		"attacks":    attacks(),
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(facts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
