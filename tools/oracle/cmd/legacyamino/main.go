// SPDX-License-Identifier: Apache-2.0

// legacyamino prints transactions of the legacy amino form, in JSON and binary, and what the SDK answers to broken ones.
// usage: go run ./cmd/legacyamino > FILE
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"cosmossdk.io/math"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/codec"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/migrations/legacytx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
)

// The compute messages with the fields and tags that their .proto gives a Go struct: how amino sees them.
type storeCode struct {
	Sender       sdk.AccAddress `json:"sender,omitempty"`
	WASMByteCode []byte         `json:"wasm_byte_code,omitempty"`
	Source       string         `json:"source,omitempty"`
	Builder      string         `json:"builder,omitempty"`
}
type executeContract struct {
	Sender           sdk.AccAddress `json:"sender,omitempty"`
	Contract         sdk.AccAddress `json:"contract,omitempty"`
	Msg              []byte         `json:"msg,omitempty"`
	CallbackCodeHash string         `json:"callback_code_hash,omitempty"`
	SentFunds        sdk.Coins      `json:"sent_funds"`
	CallbackSig      []byte         `json:"callback_sig,omitempty"`
}

type computeParams struct {
	CompileCost     math.LegacyDec `json:"compile_cost"`
	MaxContractSize uint64         `json:"max_contract_size,omitempty"`
}
type updateCompute struct {
	Authority string        `json:"authority,omitempty"`
	Params    computeParams `json:"params"`
}

func (m *updateCompute) Reset()           {}
func (m *updateCompute) String() string   { return "" }
func (m *updateCompute) ProtoMessage()    {}
func (m *storeCode) Reset()               {}
func (m *storeCode) String() string       { return "" }
func (m *storeCode) ProtoMessage()        {}
func (m *executeContract) Reset()         {}
func (m *executeContract) String() string { return "" }
func (m *executeContract) ProtoMessage()  {}

type fact struct {
	Name  string `json:"name"`
	JSON  string `json:"json,omitempty"`
	Bytes string `json:"bytes,omitempty"`
	// What the JSON of the bytes is, where it is not the JSON that was given.
	Back  string `json:"back,omitempty"`
	Error string `json:"error,omitempty"`
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newCodec() *codec.LegacyAmino {
	cdc := codec.NewLegacyAmino()
	sdk.RegisterLegacyAminoCodec(cdc)
	cryptocodec.RegisterCrypto(cdc)
	authtypes.RegisterLegacyAminoCodec(cdc)
	banktypes.RegisterLegacyAminoCodec(cdc)
	consensustypes.RegisterLegacyAminoCodec(cdc)
	cdc.RegisterConcrete(&storeCode{}, "wasm/MsgStoreCode", nil)
	cdc.RegisterConcrete(&updateCompute{}, "wasm/MsgUpdateParams", nil)
	cdc.RegisterConcrete(&executeContract{}, "wasm/MsgExecuteContract", nil)
	return cdc
}

func coins(pairs ...int64) sdk.Coins {
	out := sdk.Coins{}
	for i, amount := range pairs {
		out = append(out, sdk.Coin{Denom: []string{"uatom", "uscrt"}[i%2], Amount: math.NewInt(amount)})
	}
	return out
}

func transactions() map[string]legacytx.StdTx {
	key := secp256k1.GenPrivKeyFromSecret([]byte("a")).PubKey()
	validator := ed25519.GenPrivKeyFromSecret([]byte("v")).PubKey()
	group := multisig.NewLegacyAminoPubKey(2, []cryptotypes.PubKey{key, validator})
	from, to := "secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03", "secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne"
	fee := legacytx.StdFee{Amount: coins(0, 5000), Gas: 200_000}
	sig := legacytx.StdSignature{PubKey: key, Signature: []byte{1, 2, 3}}
	tx := func(msgs ...sdk.Msg) legacytx.StdTx {
		return legacytx.StdTx{Msgs: msgs, Fee: fee, Signatures: []legacytx.StdSignature{sig}, Memo: "a <memo> & more", TimeoutHeight: 77}
	}
	send := &banktypes.MsgSend{FromAddress: from, ToAddress: to, Amount: coins(1, 2)}
	address := sdk.AccAddress(must(hex.DecodeString("0102030405060708090a0b0c0d0e0f1011121314")))
	return map[string]legacytx.StdTx{
		"nothing":          {},
		"a payment":        tx(send),
		"no coins":         tx(&banktypes.MsgSend{FromAddress: from}),
		"two messages":     tx(send, &banktypes.MsgMultiSend{Inputs: []banktypes.Input{{Address: from, Coins: coins(3)}}, Outputs: []banktypes.Output{{Address: to, Coins: coins(1)}, {}}}),
		"flags":            tx(&banktypes.MsgSetSendEnabled{Authority: from, SendEnabled: []*banktypes.SendEnabled{{Denom: "x", Enabled: true}, {Denom: "y"}, {}}, UseDefaultFor: []string{"a", "", "b"}}),
		"bank parameters":  tx(&banktypes.MsgUpdateParams{Authority: from, Params: banktypes.Params{DefaultSendEnabled: true}}),
		"empty parameters": tx(&banktypes.MsgUpdateParams{Authority: from}),
		"auth parameters":  tx(&authtypes.MsgUpdateParams{Authority: from, Params: authtypes.DefaultParams()}),
		"consensus": tx(&consensustypes.MsgUpdateParams{
			Authority: from, Block: &cmtproto.BlockParams{MaxBytes: 1 << 20, MaxGas: -1},
			Evidence:  &cmtproto.EvidenceParams{MaxAgeNumBlocks: 9, MaxAgeDuration: 48*time.Hour + 5, MaxBytes: 1},
			Validator: &cmtproto.ValidatorParams{PubKeyTypes: []string{"ed25519"}}, Abci: &cmtproto.ABCIParams{},
		}),
		"a store":                 tx(&storeCode{Sender: address, WASMByteCode: []byte{0, 97, 115, 109}, Source: "https://x"}),
		"a call":                  tx(&executeContract{Sender: address, Contract: address, Msg: []byte{9, 8}, SentFunds: coins(4), CallbackSig: []byte{1}}),
		"a call that says little": tx(&executeContract{Sender: address}),
		"a decimal":               tx(&updateCompute{Authority: from, Params: computeParams{CompileCost: math.LegacyMustNewDecFromStr("-0.25"), MaxContractSize: 9}}),
		"keys": {
			Msgs: []sdk.Msg{send}, Fee: legacytx.StdFee{Gas: 1, Payer: from, Granter: to},
			Signatures: []legacytx.StdSignature{{PubKey: group, Signature: []byte{}}, {PubKey: validator}, {Signature: []byte{5}}},
		},
	}
}

var order = []string{"nothing", "a payment", "no coins", "two messages", "flags", "bank parameters", "empty parameters", "auth parameters", "consensus", "a store", "a call", "a call that says little", "a decimal", "keys"}

func good(cdc *codec.LegacyAmino) (out []fact) {
	all := transactions()
	for _, name := range order {
		tx := all[name]
		f := fact{Name: name, JSON: string(must(cdc.MarshalJSON(tx)))}
		var parsed, back legacytx.StdTx
		if err := cdc.UnmarshalJSON([]byte(f.JSON), &parsed); err != nil {
			panic(err)
		}
		bz := must(cdc.Marshal(parsed))
		f.Bytes = hex.EncodeToString(bz)
		if err := cdc.Unmarshal(bz, &back); err != nil {
			panic(fmt.Sprint(name, err))
		}
		if again := string(must(cdc.MarshalJSON(back))); again != f.JSON {
			f.Back = again
		}
		out = append(out, f)
	}
	return
}

func bad(cdc *codec.LegacyAmino) (out []fact) {
	const head = `{"type":"cosmos-sdk/StdTx","value":`
	for _, c := range [][2]string{
		{"without type", `{"msg":[]}`},
		{"without value", `{"type":"cosmos-sdk/StdTx"}`},
		{"of another type", `{"type":"cosmos-sdk/MsgSend","value":{}}`},
		{"with an unknown message", head + `{"msg":[{"type":"x/Y","value":{}}]}}`},
		{"with a message without type", head + `{"msg":[{"value":{}}]}}`},
		{"with a message without value", head + `{"msg":[{"type":"cosmos-sdk/MsgSend"}]}}`},
		{"with a bare number", head + `{"timeout_height":7}}`},
	} {
		var tx legacytx.StdTx
		f := fact{Name: c[0], JSON: c[1]}
		if err := cdc.UnmarshalJSON([]byte(c[1]), &tx); err != nil {
			f.Error = err.Error()
		} else {
			panic(c[0] + " is read")
		}
		out = append(out, f)
	}
	whole := must(cdc.Marshal(transactions()["a payment"]))
	flipped := append([]byte{}, whole...)
	flipped[6] ^= 0xff
	for _, c := range []struct {
		name string
		bz   []byte
	}{
		{"short", []byte{1, 2}}, {"other prefix", []byte{1, 2, 3, 4, 5}}, {"cut", whole[:len(whole)-1]}, {"message prefix", flipped},
		{"fields in disorder", append(append([]byte{}, whole...), 0x0a, 0x00)},
	} {
		var tx legacytx.StdTx
		f := fact{Name: c.name, Bytes: hex.EncodeToString(c.bz)}
		if err := cdc.Unmarshal(c.bz, &tx); err != nil {
			f.Error = err.Error()
		} else {
			panic(c.name + " is read")
		}
		out = append(out, f)
	}
	return
}

func main() {
	sdk.GetConfig().SetBech32PrefixForAccount("secret", "secretpub")
	cdc := newCodec()
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	source := "github.com/cosmos/cosmos-sdk v0.50.13 codec.LegacyAmino, by tools/oracle: go run ./cmd/legacyamino"
	if err := encoder.Encode(map[string]any{"source": source, "good": good(cdc), "bad": bad(cdc)}); err != nil {
		panic(err)
	}
}
