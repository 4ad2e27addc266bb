package dev.millrace.server.boot.config;

import dev.millrace.server.security.tls.ClientCertificates;
import dev.millrace.server.security.tls.PemSource;

/**
 * What a door shows of itself, and what it asks of callers.
 *
 * @param source where key and certificates are read from
 * @param clients whether callers show a certificate
 */
public record TlsIdentity(PemSource source, ClientCertificates clients) {}
