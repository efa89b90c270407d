// SPDX-License-Identifier: Apache-2.0

// Serves the SDK's gRPC gateway over nothing: every call fails with its path and its request in hex, so that one sees how
// paths, queries, bodies and headers are read.
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/types/tx"
	auth "github.com/cosmos/cosmos-sdk/x/auth/types"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogogateway"
	"github.com/cosmos/gogoproto/proto"
	gorilla "github.com/gorilla/mux"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type echo struct{}

func (echo) Invoke(_ context.Context, method string, args, _ any, _ ...grpc.CallOption) error {
	bytes, err := proto.Marshal(args.(proto.Message))
	if err != nil {
		return err
	}
	return status.Error(codes.Aborted, method+" "+hex.EncodeToString(bytes))
}

func (echo) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "streams")
}

func main() {
	gateway := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, &gateway.JSONPb{EmitDefaults: true, OrigName: true, AnyResolver: types.NewInterfaceRegistry()}),
		runtime.WithProtoErrorHandler(runtime.DefaultHTTPProtoErrorHandler),
		runtime.WithIncomingHeaderMatcher(api.CustomGRPCHeaderMatcher),
	)
	ctx := context.Background()
	for _, err := range []error{
		auth.RegisterQueryHandlerClient(ctx, gateway, auth.NewQueryClient(echo{})),
		bank.RegisterQueryHandlerClient(ctx, gateway, bank.NewQueryClient(echo{})),
		tx.RegisterServiceHandlerClient(ctx, gateway, tx.NewServiceClient(echo{})),
		cmtservice.RegisterServiceHandlerClient(ctx, gateway, cmtservice.NewServiceClient(echo{})),
		node.RegisterServiceHandlerClient(ctx, gateway, node.NewServiceClient(echo{})),
	} {
		if err != nil {
			panic(err)
		}
	}
	router := gorilla.NewRouter()
	router.PathPrefix("/").Handler(gateway)
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Args[1], router))
}
