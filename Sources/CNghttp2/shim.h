// SPDX-License-Identifier: Apache-2.0
// HTTP/2 frames without input and output of their own.
#pragma once
#include <nghttp2/nghttp2.h>
