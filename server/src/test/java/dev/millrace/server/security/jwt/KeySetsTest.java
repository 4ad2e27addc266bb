package dev.millrace.server.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.server.testing.Issuer;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeySetsTest {
  private static final Issuer FIRST = new Issuer("1");
  private static final Issuer SECOND = new Issuer("2");
  private static final JwtSettings SETTINGS =
      new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, "keys.json", "roles");

  private final PuppetClock clock = new PuppetClock();
  private String published = FIRST.keys();
  private int reads;
  private final KeySets keys =
      new KeySets(
          () -> {
            reads++;
            if (published.isEmpty()) {
              throw new IOException("down");
            }
            return published;
          },
          clock);
  private final TokenCheck check = new TokenCheck(SETTINGS, keys, clock);

  @Test
  void refresh_issuerDownForHours_knownKeysServeOn() {
    tick(1);
    published = "";
    String before = good(FIRST);
    for (int hour = 0; hour < 23; hour++) {
      tick(3600);
      check.check(good(FIRST));
    }
    assertThatThrownBy(() -> check.check(before)).hasMessageContaining("expired");
    published = FIRST.keys();
    tick(3600);
    check.check(good(FIRST));
  }

  @Test
  void refresh_issuerAwayForMoreThanADay_itsKeysAreTrustedNoMore() {
    tick(1);
    check.check(good(FIRST));
    published = "";
    clock.advance(Duration.ofHours(25));
    keys.refresh();
    assertThatThrownBy(() -> check.check(good(FIRST))).hasMessageContaining("not published");
  }

  @Test
  void refresh_newKeyOfTheIssuer_isReadWhenATokenNamesIt() {
    tick(1);
    published = SECOND.keys();
    assertThatThrownBy(() -> check.check(good(SECOND))).hasMessageContaining("not published");
    tick(30);
    check.check(good(SECOND));
    assertThatThrownBy(() -> check.check(good(FIRST))).hasMessageContaining("not published");
  }

  @Test
  void refresh_manyTokensOfUnknownKeys_readsEveryHalfMinuteAtMost() {
    tick(1);
    for (int second = 0; second < 120; second++) {
      assertThatThrownBy(() -> check.check(good(SECOND))).hasMessageContaining("not published");
      tick(1);
    }
    assertThat(reads).isBetween(4, 5);
  }

  @Test
  void check_tokenOfAKeyTakenBack_isRefusedThoughItWasRemembered() {
    tick(1);
    String token = good(FIRST);
    check.check(token);
    published = SECOND.keys();
    clock.advance(Duration.ofMinutes(5));
    keys.refresh();
    assertThatThrownBy(() -> check.check(token)).hasMessageContaining("not published");
  }

  @Test
  void refresh_damagedKeys_keepsThoseBefore() {
    tick(1);
    for (String damaged :
        new String[] {"{", "[]", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"RSA\"}]}", "<html>"}) {
      published = damaged;
      tick(300);
      check.check(good(FIRST));
    }
  }

  @Test
  void read_ofAUrl_takesTheAnswerAndFollowsNobodyElse() throws Exception {
    AtomicInteger elsewhere = new AtomicInteger();
    AtomicReference<String> accepted = new AtomicReference<>();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/keys",
        exchange -> {
          accepted.set(exchange.getRequestHeaders().getFirst("Accept"));
          byte[] body = FIRST.keys().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/elsewhere");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext(
        "/elsewhere",
        exchange -> {
          elsewhere.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.createContext(
        "/largest",
        exchange -> {
          exchange.sendResponseHeaders(200, 512 << 10);
          exchange.getResponseBody().write(new byte[512 << 10]);
          exchange.close();
        });
    server.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] piece = new byte[1 << 16];
          try {
            for (int i = 0; i < 100; i++) {
              exchange.getResponseBody().write(piece);
            }
          } finally {
            exchange.close();
          }
        });
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(new KeySetUrl(URI.create(base + "/keys")).read()).isEqualTo(FIRST.keys());
      assertThat(accepted.get()).isEqualTo("application/jwk-set+json, application/json");
      assertThat(new KeySetUrl(URI.create(base + "/largest")).read()).hasSize(512 << 10);
      assertThatThrownBy(() -> new KeySetUrl(URI.create(base + "/moved")).read())
          .hasMessageContaining("HTTP 302");
      assertThat(elsewhere).hasValue(0);
      assertThatThrownBy(() -> new KeySetUrl(URI.create(base + "/endless")).read())
          .hasMessageContaining("larger");
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://issuer.example.org/keys",
        "http://127.0.0.1.example.org/keys",
        "http://localhost@example.org/keys",
        "file:///etc/passwd",
        "ftp://127.0.0.1/keys",
        "jar://x!/y",
        "https:///keys",
        "HTTP://169.254.169.254/latest"
      })
  void settings_urlThatNobodyCouldTrust_isRefused(String url) {
    assertThatThrownBy(() -> new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, url, "roles"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void tick(long seconds) {
    clock.advance(Duration.ofSeconds(seconds));
    keys.refresh();
  }

  private String good(Issuer issuer) {
    return issuer.sign(Issuer.claims("alice", clock.instant(), "viewer"));
  }
}
