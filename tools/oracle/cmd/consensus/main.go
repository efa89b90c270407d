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

func main() {
	facts := map[string]any{
		"source":     "github.com/cometbft/cometbft v0.38.19, by tools/oracle: go run ./cmd/consensus",
		"chain_id":   chainID,
		"validators": setHex(set),
		"rounds":     rounds(),
		"evidence":   duplicates(),
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(facts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
