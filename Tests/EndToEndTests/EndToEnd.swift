// SPDX-License-Identifier: Apache-2.0
// The root of all end-to-end suites: one after the other, since many of them measure time, memory
// or processor.

import Testing

@Suite(.serialized) enum EndToEnd {}
