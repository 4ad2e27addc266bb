package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Permission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class CallersTest {
  @Test
  void of_twoPortsOfOneHost_isOneCaller() throws UnknownHostException {
    assertThat(Callers.of(peer(10, 1))).isEqualTo(new Caller("10.0.0.10"));
    assertThat(Callers.of(peer(10, 1))).isEqualTo(Callers.of(peer(10, 2)));
    assertThat(Callers.of(peer(10, 1))).isNotEqualTo(Callers.of(peer(11, 1)));
  }

  @Test
  void of_noInternetAddress_isUnknown() {
    assertThat(Callers.of(null)).isEqualTo(Caller.UNKNOWN);
    assertThat(Callers.of(UnixDomainSocketAddress.of("socket"))).isEqualTo(Caller.UNKNOWN);
    assertThat(Callers.of(InetSocketAddress.createUnresolved("host", 1))).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void current_outsideOfCalls_isUnknown() {
    assertThat(Callers.current()).isEqualTo(Caller.UNKNOWN);
    assertThat(Callers.current().access().maySomewhere(Permission.VIEW)).isFalse();
  }

  private static SocketAddress peer(int host, int port) throws UnknownHostException {
    return new InetSocketAddress(
        InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) host}), port);
  }
}
