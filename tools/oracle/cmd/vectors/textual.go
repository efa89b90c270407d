// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math/rand"

	bankv1beta1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log"
	"cosmossdk.io/math"
	storetypes "cosmossdk.io/store/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txconfig "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
	protov2 "google.golang.org/protobuf/proto"
)

type lookup struct {
	Denom string `json:"denom"`
	Gas   uint64 `json:"gas"` // what the look-up charged to the transaction
}

// textualCase is one run of SetPubKey and SigVerification of the SDK's ante over real auth and bank keepers.
type textualCase struct {
	Name        string   `json:"name"`
	Mode        string   `json:"mode"`          // deliver, check, recheck, simulate
	Committed   []string `json:"committed"`     // bank metadata of the committed state
	Uncommitted []string `json:"uncommitted"`   // set on top of it, in the context that the ante gets
	SignerSees  []string `json:"signer_sees"`   // what the wallet went by
	NoPublicKey bool     `json:"no_public_key"` // left out of the SignerInfo; the account has it
	Number      uint64   `json:"account_number"`
	Sequence    uint64   `json:"sequence"`
	Tx          string   `json:"tx_raw"`
	SignBytes   string   `json:"sign_bytes"` // of the state's metadata; empty: refused
	Lookups     []lookup `json:"lookups"`    // of the ante, in order
	Error       string   `json:"error"`      // codespace/code; empty: accepted
	Detail      string   `json:"detail"`
}
type textualVectorsFile struct {
	ChainID string        `json:"chain_id"`
	Secret  string        `json:"secret_key"`
	PubKey  string        `json:"public_key"`
	Cases   []textualCase `json:"cases"`
}

// units of a denom that is shown in another; validity is not asked for.
func metadataOf(base, display string, units ...*bank.DenomUnit) bank.Metadata {
	return bank.Metadata{Description: "of " + base, Base: base, Display: display, Name: base, Symbol: base, DenomUnits: units}
}

func unit(denom string, exponent uint32) *bank.DenomUnit {
	return &bank.DenomUnit{Denom: denom, Exponent: exponent}
}

// recovered is what runTx makes of a panic.
func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errorsmod.Wrap(sdkerrors.ErrPanic, fmt.Sprint(r))
		}
	}()
	return f()
}

func textualVectors(r *rand.Rand) textualVectorsFile {
	const chainID = "secretdev-1"
	cdc := codec.NewProtoCodec(secretRegistry())
	key := &secp256k1.PrivKey{Key: bytesOf(r, 32)}
	from, to := sdk.AccAddress(key.PubKey().Address()), sdk.AccAddress(bytesOf(r, 20))
	file := textualVectorsFile{ChainID: chainID, Secret: x(key.Key), PubKey: x(key.PubKey().Bytes())}

	run := func(c textualCase, amounts sdk.Coins, committed, uncommitted, sees []bank.Metadata) {
		cms, _, accounts, banks := authAndBank(cdc)
		// The store prices of Secret Network: a tenth of the SDK's.
		prices := storetypes.GasConfig{HasCost: 100, DeleteCost: 100, ReadCostFlat: 100, ReadCostPerByte: 1, WriteCostFlat: 200, WriteCostPerByte: 5, IterNextCostFlat: 5}
		header := cmtproto.Header{ChainID: chainID, Height: 7}
		first := sdk.NewContext(cms, header, false, log.NewNopLogger())
		check(accounts.Params.Set(first, authtypes.DefaultParams()))
		account := authtypes.NewBaseAccount(from, key.PubKey(), c.Number, c.Sequence)
		accounts.SetAccount(first, account)
		for _, m := range committed {
			banks.SetDenomMetaData(first, m)
			c.Committed = append(c.Committed, x(must(m.Marshal())))
		}
		cms.Commit()

		// The transaction's own branch, as runTx makes it.
		branch := cms.CacheMultiStore()
		ctx := sdk.NewContext(branch, header, c.Mode != "deliver", log.NewNopLogger()).WithKVGasConfig(prices).WithIsReCheckTx(c.Mode == "recheck")
		for _, m := range uncommitted {
			banks.SetDenomMetaData(ctx, m)
			c.Uncommitted = append(c.Uncommitted, x(must(m.Marshal())))
		}

		real := txconfig.NewBankKeeperCoinMetadataQueryFn(banks)
		counted := func(ctx context.Context, denom string) (*bankv1beta1.Metadata, error) {
			meter := sdk.UnwrapSDKContext(ctx).GasMeter()
			before := meter.GasConsumed()
			m, err := real(ctx, denom)
			c.Lookups = append(c.Lookups, lookup{denom, meter.GasConsumed() - before})
			return m, err
		}
		wallet := func(_ context.Context, denom string) (*bankv1beta1.Metadata, error) {
			for _, m := range sees {
				if m.Base == denom {
					var out bankv1beta1.Metadata
					check(protov2.Unmarshal(must(m.Marshal()), &out))
					return &out, nil
				}
			}
			return nil, nil
		}
		for _, m := range sees {
			c.SignerSees = append(c.SignerSees, x(must(m.Marshal())))
		}
		config := func(find func(context.Context, string) (*bankv1beta1.Metadata, error)) client.TxConfig {
			return must(authtx.NewTxConfigWithOptions(cdc, authtx.ConfigOptions{
				EnabledSignModes:           []signing.SignMode{signing.SignMode_SIGN_MODE_DIRECT, signing.SignMode_SIGN_MODE_TEXTUAL},
				TextualCoinMetadataQueryFn: find,
			}))
		}
		node, signer := config(counted), config(wallet)

		b := node.NewTxBuilder()
		check(b.SetMsgs(bank.NewMsgSend(from, to, amounts)))
		b.SetGasLimit(200000)
		b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin("uscrt", 50000)))
		mode := signing.SignMode_SIGN_MODE_TEXTUAL
		if c.NoPublicKey {
			mode = signing.SignMode_SIGN_MODE_DIRECT
		}
		single := &signing.SingleSignatureData{SignMode: mode}
		sig := signing.SignatureV2{PubKey: key.PubKey(), Sequence: c.Sequence, Data: single}
		if c.NoPublicKey {
			sig.PubKey = nil
		}
		check(b.SetSignatures(sig))
		data := authsigning.SignerData{Address: from.String(), ChainID: chainID, AccountNumber: c.Number, Sequence: c.Sequence, PubKey: key.PubKey()}
		var toSign []byte
		if c.NoPublicKey {
			// By hand: the adapter would panic, here as in the ante below.
			var raw tx.TxRaw
			check(raw.Unmarshal(must(node.TxEncoder()(b.GetTx()))))
			toSign = must((&tx.SignDoc{BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes, ChainId: chainID, AccountNumber: c.Number}).Marshal())
		} else {
			toSign = must(authsigning.GetSignBytesAdapter(context.Background(), signer.SignModeHandler(), mode, data, b.GetTx()))
		}
		single.Signature = must(key.Sign(toSign))
		check(b.SetSignatures(sig))
		raw := must(node.TxEncoder()(b.GetTx()))
		c.Tx = x(raw)
		decoded := must(node.TxDecoder()(raw))

		// What the node itself would sign for, with a meter of its own.
		aside := ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		if err := recovered(func() (err error) {
			bytes, err := authsigning.GetSignBytesAdapter(aside, node.SignModeHandler(), mode, data, b.GetTx())
			c.SignBytes = x(bytes)
			return
		}); err != nil {
			c.SignBytes = ""
		}
		c.Lookups = []lookup{}
		chain := sdk.ChainAnteDecorators(ante.NewSetPubKeyDecorator(accounts), ante.NewSigVerificationDecorator(accounts, node.SignModeHandler()))
		if err := recovered(func() error {
			_, err := chain(ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()), decoded, c.Mode == "simulate")
			return err
		}); err != nil {
			space, code, _ := errorsmod.ABCIInfo(err, false)
			c.Error, c.Detail = fmt.Sprintf("%s/%d", space, code), err.Error()
		}
		for _, list := range []*[]string{&c.Committed, &c.Uncommitted, &c.SignerSees} {
			if *list == nil {
				*list = []string{}
			}
		}
		file.Cases = append(file.Cases, c)
	}

	scrt := metadataOf("uscrt", "scrt", unit("uscrt", 0), unit("mscrt", 3), unit("scrt", 6))
	other := metadataOf("uscrt", "mscrt", unit("uscrt", 0), unit("mscrt", 3))
	coin := func(denom string, amount int64) sdk.Coin { return sdk.Coin{Denom: denom, Amount: math.NewInt(amount)} }
	one := sdk.Coins{coin("uscrt", 12_345_678)}
	none := []bank.Metadata{}
	list := func(m ...bank.Metadata) []bank.Metadata { return m }
	type row struct {
		name, mode             string
		coins                  sdk.Coins
		committed, over, signs []bank.Metadata
	}
	rows := []row{
		{"the display unit, shown by both", "deliver", one, list(scrt), none, list(scrt)},
		{"the display unit, in check mode", "check", one, list(scrt), none, list(scrt)},
		{"the display unit, in recheck mode: nothing is verified", "recheck", one, list(scrt), none, none},
		{"the display unit, in simulate mode: nothing is verified", "simulate", one, list(scrt), none, none},
		{"a wallet that shows the base unit where the chain names another", "deliver", one, list(scrt), none, none},
		{"a wallet that shows a unit where the chain has none", "deliver", one, none, none, list(scrt)},
		{"no metadata at all", "deliver", one, none, none, none},
		{"another unit of the same metadata", "deliver", one, list(scrt), none, list(other)},
		{"metadata of the transaction's own context, not committed yet", "deliver", one, none, list(scrt), list(scrt)},
		{"metadata that the context has replaced", "deliver", one, list(other), list(scrt), list(scrt)},
		{"metadata that the context has replaced, signed for the committed one", "deliver", one, list(other), list(scrt), list(other)},
		{"an empty display unit", "deliver", one, list(metadataOf("uscrt", "", unit("uscrt", 0))), none, none},
		{"a display unit that is the denom", "deliver", one, list(metadataOf("uscrt", "uscrt", unit("uscrt", 0))), none, none},
		{"a display unit that the metadata does not list", "deliver", one, list(metadataOf("uscrt", "scrt", unit("uscrt", 0))), none, none},
		{"a denom that its own metadata does not list", "deliver", one, list(metadataOf("uscrt", "scrt", unit("scrt", 6))), none, none},
		{"a unit smaller than the denom", "deliver", one, list(metadataOf("uscrt", "nscrt", unit("nscrt", 0), unit("uscrt", 3))), none, list(metadataOf("uscrt", "nscrt", unit("nscrt", 0), unit("uscrt", 3)))},
		{"a unit out of reach", "deliver", one, list(metadataOf("uscrt", "far", unit("uscrt", 0), unit("far", 4_000_000_000))), none, none},
		{"a unit with a comma", "deliver", one, list(metadataOf("uscrt", "a,b", unit("uscrt", 0), unit("a,b", 6))), none, none},
		{"several coins, the fee's denom again among them", "deliver", sdk.Coins{coin("uatom", 7), coin("ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2", 5_000_000), coin("uscrt", 1)},
			list(scrt, metadataOf("uatom", "atom", unit("uatom", 0), unit("atom", 6))), none, list(scrt, metadataOf("uatom", "atom", unit("uatom", 0), unit("atom", 6)))},
		{"a denom that is none", "deliver", sdk.Coins{coin("x", 1)}, list(scrt), none, list(scrt)},
		{"a denom that is none, in simulate mode", "simulate", sdk.Coins{coin("x", 1)}, list(scrt), none, list(scrt)},
		{"no coins", "deliver", sdk.Coins{}, list(scrt), none, list(scrt)},
	}
	for i, s := range rows {
		run(textualCase{Name: s.name, Mode: s.mode, Number: uint64(i * 3), Sequence: uint64(i)}, s.coins, s.committed, s.over, s.signs)
	}
	run(textualCase{Name: "direct, without the public key that the account has", Mode: "deliver", NoPublicKey: true, Number: 5, Sequence: 9}, one, list(scrt), none, none)
	return file
}
