// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3's macros as functions that Swift can call. No logic.
#pragma once
#define OPENSSL_API_COMPAT 0x30000000L
#define OPENSSL_NO_DEPRECATED
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/x509_vfy.h>

static inline void attache_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void attache_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void attache_ssl_ctx_mode(SSL_CTX *ctx, long mode) { SSL_CTX_set_mode(ctx, mode); }
static inline int attache_ssl_ctx_versions(SSL_CTX *ctx, int min, int max) {
    return SSL_CTX_set_min_proto_version(ctx, min) && SSL_CTX_set_max_proto_version(ctx, max);
}
static inline void attache_ssl_ctx_cache(SSL_CTX *ctx, long mode, long size) {
    SSL_CTX_set_session_cache_mode(ctx, mode);
    if (size >= 0) SSL_CTX_sess_set_cache_size(ctx, size);
}
static inline int attache_ssl_sni(SSL *ssl, const char *name) { return (int)SSL_set_tlsext_host_name(ssl, name); }
static inline void attache_ssl_ctx_on_server_name(
    SSL_CTX *ctx, int (*choose)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(ctx, choose);
    SSL_CTX_set_tlsext_servername_arg(ctx, argument);
}
static inline int attache_ssl_ctx_groups(SSL_CTX *ctx, const char *list) {
    return (int)SSL_CTX_set1_groups_list(ctx, list);
}

static const uint64_t ATTACHE_OP_NO_TICKET = SSL_OP_NO_TICKET;
static const uint64_t ATTACHE_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t ATTACHE_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
#ifdef SSL_OP_NO_TX_CERTIFICATE_COMPRESSION
static const uint64_t ATTACHE_OP_NO_CERTIFICATE_COMPRESSION =
    SSL_OP_NO_TX_CERTIFICATE_COMPRESSION | SSL_OP_NO_RX_CERTIFICATE_COMPRESSION;
#else
static const uint64_t ATTACHE_OP_NO_CERTIFICATE_COMPRESSION = 0;
#endif
static const uint64_t ATTACHE_OP_CIPHER_SERVER_PREFERENCE =
    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;
static const uint64_t ATTACHE_OP_IGNORE_UNEXPECTED_EOF = SSL_OP_IGNORE_UNEXPECTED_EOF;
// RFC 2253 with its names in UTF-8 instead of escapes.
static const unsigned long ATTACHE_NAME_FLAGS =
    XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
