package dev.millrace.server.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.millrace.server.model.Access;
import dev.millrace.server.model.Permission;
import dev.millrace.server.testing.Issuer;
import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a token may be, how long it holds, and how much of it is read. */
final class TokenLimitsTest {
  private static final Issuer ISSUER = new Issuer("");
  private static final int LONGEST = 12 << 10;

  private final PuppetClock clock = new PuppetClock();
  private final AtomicInteger reads = new AtomicInteger();
  private KeySets keys;
  private TokenCheck check;

  @BeforeEach
  void read() {
    keys =
        new KeySets(
            () -> {
              reads.incrementAndGet();
              return ISSUER.keys();
            },
            clock);
    keys.refresh();
    check = check("roles");
  }

  @Test
  void check_tokenOfTwelveKibibytes_isTheLongest() {
    String longest = padded(LONGEST);
    assertThat(check.check(longest).id()).isEqualTo("jwt:alice");
    assertThatThrownBy(() -> check.check(longest + "A")).hasMessage("the token is too long");
  }

  @Test
  void check_clocksThatDifferByHalfAMinute_areBorneAndNoMore() {
    check.check(ISSUER.sign(claims().expirationTime(at(-29))));
    check.check(ISSUER.sign(claims().notBeforeTime(at(29))));
    assertRefused(claims().expirationTime(at(-31)), "it has expired");
    assertRefused(claims().notBeforeTime(at(31)), "its time has not come");
  }

  @Test
  void check_claimThatIsWrong_isNamed() {
    assertRefused(claims().audience("another"), "its audience is another");
    assertRefused(claims().issuer("https://evil.example.org"), "its issuer is another");
    assertRefused(claims().subject(null), "a claim is missing or wrong");
  }

  /** It is not verified again, so its end must be looked at. */
  @Test
  void check_rememberedToken_endsWithItsTime() {
    String token = ISSUER.sign(claims());
    check.check(token);
    clock.advance(Duration.ofSeconds(330).minusMillis(1));
    assertThat(check.check(token).id()).isEqualTo("jwt:alice");
    clock.advance(Duration.ofMillis(1));
    assertThatThrownBy(() -> check.check(token)).hasMessage("the token has expired");
  }

  @Test
  void check_typesOfAccessTokens_areTaken() {
    for (String type : List.of("JWT", "jwt", "at+jwt", "application/at+JWT")) {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.RS256).type(new JOSEObjectType(type)).build();
      assertThat(check.check(ISSUER.sign(header, claims())).id()).isEqualTo("jwt:alice");
    }
  }

  @Test
  void check_rolesBeyondTheHundredth_areNotRead() {
    List<String> roles = new ArrayList<>(Collections.nCopies(99, "somebody-elses"));
    roles.add("viewer:last");
    roles.add("viewer:late");
    Access access = check.check(ISSUER.sign(claims().claim("roles", roles))).access();
    assertThat(access.may(Permission.VIEW, "last")).isTrue();
    assertThat(access.may(Permission.VIEW, "late")).isFalse();
  }

  @Test
  void check_rolesThatAreNoTexts_areNone() {
    for (Object roles : List.of(7, Map.of("viewer", true), List.of(7, List.of("viewer")))) {
      assertThat(mayView(check, claims().claim("roles", roles))).isFalse();
    }
    assertThat(mayView(check("roles.inner"), claims().claim("roles", "viewer"))).isFalse();
    assertThat(mayView(check("a.b"), claims().claim("a", Map.of("b", "viewer")))).isTrue();
    assertThat(mayView(check("a.b"), claims().claim("a", Map.of("c", "viewer")))).isFalse();
  }

  @Test
  void check_subjectOf128Characters_isKeptWhole() {
    String name = "x".repeat(127) + "y";
    assertThat(check.check(ISSUER.sign(claims().subject(name))).id()).isEqualTo("jwt:" + name);
    assertThat(check.check(ISSUER.sign(claims().subject(name + "z"))).id())
        .isEqualTo("jwt:" + name);
  }

  @Test
  void refresh_keysThatAreGood_areReadEveryFiveMinutes() {
    clock.advance(Duration.ofMinutes(5).minusMillis(1));
    keys.refresh();
    assertThat(reads).hasValue(1);
    clock.advance(Duration.ofMillis(1));
    keys.refresh();
    assertThat(reads).hasValue(2);
  }

  @Test
  void refresh_aTokenAskedOnce_isAnsweredByOneReading() {
    Issuer other = new Issuer("-other");
    clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> check.check(other.sign(claims()))).isNotNull();
    keys.refresh();
    assertThat(reads).as("too early").hasValue(1);
    clock.advance(Duration.ofSeconds(29));
    keys.refresh();
    assertThat(reads).hasValue(2);
    clock.advance(Duration.ofSeconds(30));
    keys.refresh();
    assertThat(reads).as("nobody has asked since").hasValue(2);
  }

  @Test
  void refresh_sameKeysAgain_keepsWhatIsRemembered() {
    JWKSet before = keys.keys();
    clock.advance(Duration.ofMinutes(5));
    keys.refresh();
    assertThat(keys.keys()).isSameAs(before);
  }

  @Test
  void keys_aDayAfterTheyWereRead_areTrustedNoMore() {
    clock.advance(Duration.ofDays(1).minusMillis(1));
    assertThat(keys.keys().getKeys()).isNotEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(keys.keys().getKeys()).isEmpty();
  }

  private TokenCheck check(String rolesClaim) {
    return new TokenCheck(
        new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, "keys.json", rolesClaim), keys, clock);
  }

  private boolean mayView(TokenCheck by, JWTClaimsSet.Builder claims) {
    return by.check(ISSUER.sign(claims)).access().maySomewhere(Permission.VIEW);
  }

  private String padded(int length) {
    int without = ISSUER.sign(claims().claim("pad", "")).length();
    int pad = (length - without) * 3 / 4 - 2;
    String token = "";
    while (token.length() < length) {
      token = ISSUER.sign(claims().claim("pad", "x".repeat(pad++)));
    }
    assertThat(token).hasSize(length);
    return token;
  }

  private JWTClaimsSet.Builder claims() {
    return Issuer.claims("alice", clock.instant());
  }

  private Date at(long seconds) {
    return Date.from(clock.instant().plusSeconds(seconds));
  }

  private void assertRefused(JWTClaimsSet.Builder claims, String why) {
    assertThatThrownBy(() -> check.check(ISSUER.sign(claims)))
        .hasMessage("the token is not valid here: " + why);
  }
}
