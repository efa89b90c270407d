// SPDX-License-Identifier: Apache-2.0

// textual prints what SIGN_MODE_TEXTUAL of the public Go code makes of transactions, one for each message of a file that
// ./cmd/messages made: the first half of the SHA-256 of its sign bytes, or nothing where the Go code refuses. What is
// around the message follows from its place in the file; pure/tx/test/textual.test.ts builds the same.
// usage: go run ./cmd/textual -in ../../pure/codec/test/golden/messages.json -out ../../pure/tx/test/golden/textual.json
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	_ "cosmossdk.io/api/cosmos/auth/v1beta1"
	_ "cosmossdk.io/api/cosmos/authz/v1beta1"
	bankv1beta1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	_ "cosmossdk.io/api/cosmos/base/node/v1beta1"
	_ "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"
	_ "cosmossdk.io/api/cosmos/circuit/v1"
	_ "cosmossdk.io/api/cosmos/consensus/v1"
	"cosmossdk.io/api/cosmos/crypto/ed25519"
	multisigv1beta1 "cosmossdk.io/api/cosmos/crypto/multisig/v1beta1"
	"cosmossdk.io/api/cosmos/crypto/secp256k1"
	_ "cosmossdk.io/api/cosmos/distribution/v1beta1"
	_ "cosmossdk.io/api/cosmos/evidence/v1beta1"
	_ "cosmossdk.io/api/cosmos/feegrant/v1beta1"
	_ "cosmossdk.io/api/cosmos/genutil/v1beta1"
	_ "cosmossdk.io/api/cosmos/gov/v1"
	_ "cosmossdk.io/api/cosmos/gov/v1beta1"
	_ "cosmossdk.io/api/cosmos/mint/v1beta1"
	_ "cosmossdk.io/api/cosmos/params/v1beta1"
	_ "cosmossdk.io/api/cosmos/slashing/v1beta1"
	_ "cosmossdk.io/api/cosmos/staking/v1beta1"
	signingv1beta1 "cosmossdk.io/api/cosmos/tx/signing/v1beta1"
	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	_ "cosmossdk.io/api/cosmos/upgrade/v1beta1"
	_ "cosmossdk.io/api/cosmos/vesting/v1beta1"
	"cosmossdk.io/x/tx/signing"
	"cosmossdk.io/x/tx/signing/textual"
	cosmossecp256k1 "github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	_ "oracle/types"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func pack(m proto.Message) *anypb.Any {
	return &anypb.Any{TypeUrl: "/" + string(m.ProtoReflect().Descriptor().FullName()), Value: must(proto.MarshalOptions{Deterministic: true}.Marshal(m))}
}

func fill(n int, b byte) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b
	}
	return out
}

func single(mode signingv1beta1.SignMode) *txv1beta1.ModeInfo {
	return &txv1beta1.ModeInfo{Sum: &txv1beta1.ModeInfo_Single_{Single: &txv1beta1.ModeInfo_Single{Mode: mode}}}
}

// The denoms of the fees with what the chain says of them; of others it says nothing.
var denoms = map[string]*bankv1beta1.Metadata{
	"uscrt":   {Base: "uscrt", Display: "SCRT", DenomUnits: []*bankv1beta1.DenomUnit{{Denom: "uscrt"}, {Denom: "SCRT", Exponent: 6}}},
	"awei":    {Base: "awei", Display: "awei", DenomUnits: []*bankv1beta1.DenomUnit{{Denom: "awei"}}},
	"mega":    {Base: "mega", Display: "unit", DenomUnits: []*bankv1beta1.DenomUnit{{Denom: "mega", Exponent: 6}, {Denom: "unit", Exponent: 2}}},
	"strange": {Base: "strange", Display: "lost", DenomUnits: []*bankv1beta1.DenomUnit{{Denom: "strange"}}},
}
var fees = []*basev1beta1.Coin{{Denom: "uscrt", Amount: "12345678"}, {Denom: "awei", Amount: "1000000000000000000"}, {Denom: "mega", Amount: "41"}, {Denom: "strange", Amount: "77777"}, {Denom: "none", Amount: "1"}}

var key = pack(&secp256k1.PubKey{Key: fill(33, 2)})

// transaction i, around the message.
func transaction(i int, msg *anypb.Any) (*txv1beta1.TxBody, *txv1beta1.AuthInfo) {
	body := &txv1beta1.TxBody{Messages: []*anypb.Any{msg}}
	auth := &txv1beta1.AuthInfo{
		SignerInfos: []*txv1beta1.SignerInfo{{PublicKey: key, ModeInfo: single(signingv1beta1.SignMode_SIGN_MODE_TEXTUAL), Sequence: uint64(i)}},
		Fee:         &txv1beta1.Fee{Amount: fees[:i%6], GasLimit: uint64(i%3) * 123456},
	}
	if i%3 == 1 {
		body.Memo = fmt.Sprintf("memo %d \ufeff\U0001f600", i)
	}
	if i%4 == 1 {
		body.TimeoutHeight = uint64(i * 1000)
	}
	if i%6 == 2 {
		auth.Fee.Payer = "payer"
	}
	if i%7 == 3 {
		auth.Fee.Granter = "granter"
	}
	if i%5 == 4 {
		other := pack(&ed25519.PubKey{Key: fill(32, 7)})
		auth.SignerInfos = append(auth.SignerInfos, &txv1beta1.SignerInfo{PublicKey: other, ModeInfo: single(signingv1beta1.SignMode_SIGN_MODE_LEGACY_AMINO_JSON), Sequence: 1234})
	}
	if i%10 == 9 {
		auth.SignerInfos = append(auth.SignerInfos, &txv1beta1.SignerInfo{PublicKey: pack(&secp256k1.PubKey{Key: fill(33, 3)}), ModeInfo: &txv1beta1.ModeInfo{Sum: &txv1beta1.ModeInfo_Multi_{Multi: &txv1beta1.ModeInfo_Multi{
			Bitarray:  &multisigv1beta1.CompactBitArray{ExtraBitsStored: 3, Elems: []byte{0xa0}},
			ModeInfos: []*txv1beta1.ModeInfo{single(signingv1beta1.SignMode_SIGN_MODE_DIRECT), single(signingv1beta1.SignMode_SIGN_MODE_DIRECT_AUX)},
		}}}})
	}
	if i%8 == 5 {
		body.NonCriticalExtensionOptions = []*anypb.Any{key, pack(fees[0])}
	}
	if i%16 == 6 {
		body.ExtensionOptions = []*anypb.Any{pack(fees[1])}
	}
	return body, auth
}

func main() {
	in := flag.String("in", "messages.json", "")
	out := flag.String("out", "textual.json", "")
	flag.Parse()
	sdk.GetConfig().SetBech32PrefixForAccount("secret", "secretpub")
	var entries []struct{ Type, In string }
	if err := json.Unmarshal(must(os.ReadFile(*in)), &entries); err != nil {
		panic(err)
	}
	handler := must(textual.NewSignModeHandler(textual.SignModeOptions{
		FileResolver:        gogoproto.HybridResolver,
		CoinMetadataQuerier: func(_ context.Context, denom string) (*bankv1beta1.Metadata, error) { return denoms[denom], nil },
	}))
	address := sdk.AccAddress((&cosmossecp256k1.PubKey{Key: fill(33, 2)}).Address()).String()
	results := []string{}
	refused := 0
	for i, e := range entries {
		body, auth := transaction(i, &anypb.Any{TypeUrl: "/" + e.Type, Value: must(hex.DecodeString(e.In))})
		marshal := proto.MarshalOptions{Deterministic: true}.Marshal
		data := signing.SignerData{ChainID: "secretdev-1", AccountNumber: uint64(i) * 7, Sequence: uint64(i), Address: address, PubKey: key}
		bytes, err := handler.GetSignBytes(context.Background(), data, signing.TxData{BodyBytes: must(marshal(body)), AuthInfoBytes: must(marshal(auth))})
		if err != nil {
			refused++
			results = append(results, "")
			fmt.Println(i, e.Type, err)
			continue
		}
		sum := sha256.Sum256(bytes)
		results = append(results, hex.EncodeToString(sum[:16]))
	}
	data := must(json.MarshalIndent(results, "", ""))
	if err := os.WriteFile(*out, append(data, '\n'), 0o644); err != nil {
		panic(err)
	}
	fmt.Println(len(results), "entries,", refused, "refused")
}
