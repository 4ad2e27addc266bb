package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class CallerInterceptorTest {
  @Test
  void address_twoPortsOfOneHost_isOne() throws UnknownHostException {
    assertThat(CallerInterceptor.address(peer(10, 1))).isEqualTo("10.0.0.10");
    assertThat(CallerInterceptor.address(peer(10, 2))).isEqualTo("10.0.0.10");
    assertThat(CallerInterceptor.address(peer(11, 1))).isEqualTo("10.0.0.11");
  }

  @Test
  void address_noInternetAddress_isEmpty() {
    assertThat(CallerInterceptor.address(null)).isEmpty();
    assertThat(CallerInterceptor.address(UnixDomainSocketAddress.of("socket"))).isEmpty();
    assertThat(CallerInterceptor.address(InetSocketAddress.createUnresolved("host", 1))).isEmpty();
  }

  private static SocketAddress peer(int host, int port) throws UnknownHostException {
    return new InetSocketAddress(
        InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host}), port);
  }
}
