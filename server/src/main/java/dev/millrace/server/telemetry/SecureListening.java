package dev.millrace.server.telemetry;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * TLS of the management port.
 *
 * @param context shows the server's certificate, and judges those of callers
 * @param parameters versions, ciphers, and what is asked of callers
 */
public record SecureListening(SSLContext context, SSLParameters parameters) {
  HttpsServer listen(InetSocketAddress address, int backlog) throws IOException {
    HttpsServer server = HttpsServer.create(address, backlog);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters connection) {
            connection.setSSLParameters(parameters);
          }
        });
    return server;
  }
}
