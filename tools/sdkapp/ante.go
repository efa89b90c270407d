// SPDX-License-Identifier: Apache-2.0

package main

import (
	storetypes "cosmossdk.io/store/types"
	circuitante "cosmossdk.io/x/circuit/ante"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
)

// secretGas is the gas table of Secret's store fork (scrtlabs/cosmos-sdk-store).
var secretGas = storetypes.GasConfig{
	HasCost: 100, DeleteCost: 100, ReadCostFlat: 100, ReadCostPerByte: 1, WriteCostFlat: 200, WriteCostPerByte: 5, IterNextCostFlat: 5,
}

// gasTable prices the transaction's store access. It stands before SetUpContext and lasts until the transaction ends;
// block hooks are not metered.
type gasTable struct{ table storetypes.GasConfig }

func (g gasTable) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	return next(ctx.WithKVGasConfig(g.table), tx, simulate)
}

// newAnte is the ante chain of SecretNetwork (app/ante.go) without its first step, compute's counter.
func newAnte(a *App) sdk.AnteHandler {
	table := secretGas
	if a.options.Gas == "sdk" {
		table = storetypes.KVGasConfig()
	}
	return sdk.ChainAnteDecorators(
		gasTable{table},
		ante.NewSetUpContextDecorator(),
		traceGas{a.trace},
		circuitante.NewCircuitBreakerDecorator(&a.circuit),
		ante.NewExtensionOptionsDecorator(nil),
		ante.NewValidateBasicDecorator(),
		ante.NewTxTimeoutHeightDecorator(),
		ante.NewValidateMemoDecorator(a.accounts),
		ante.NewConsumeGasForTxSizeDecorator(a.accounts),
		ante.NewDeductFeeDecorator(a.accounts, a.bank, a.feegrant, nil),
		ante.NewSetPubKeyDecorator(a.accounts),
		ante.NewValidateSigCountDecorator(a.accounts),
		ante.NewSigGasConsumeDecorator(a.accounts, ante.DefaultSigVerificationGasConsumer),
		ante.NewSigVerificationDecorator(a.accounts, a.txConfig.SignModeHandler()),
		ante.NewIncrementSequenceDecorator(a.accounts),
	)
}
