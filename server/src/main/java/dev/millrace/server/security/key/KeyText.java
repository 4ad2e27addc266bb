package dev.millrace.server.security.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The text of an API key: {@code mr_}, a prefix of 8 letters and digits that finds it and is no
 * secret, {@code _}, and 256 random bits in base64url. Stateless.
 */
final class KeyText {
  /** What every key begins with, so that scanners of source code can find those that leaked. */
  static final String START = "mr_";

  private static final int PREFIX_LENGTH = 8;
  private static final int SECRET_BYTES = 32;
  private static final String LETTERS = "abcdefghijkmnopqrstuvwxyz0123456789";
  private static final Pattern FORM = Pattern.compile("mr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}");

  private KeyText() {}

  /** A new key. */
  static String make(SecureRandom random) {
    StringBuilder text = new StringBuilder(START);
    for (int i = 0; i < PREFIX_LENGTH; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return text.append('_')
        .append(Base64.getUrlEncoder().withoutPadding().encodeToString(secret))
        .toString();
  }

  /** True for what could be a key. */
  static boolean isForm(String text) {
    return FORM.matcher(text).matches();
  }

  /** The prefix of a text of the form. */
  static String prefix(String text) {
    return text.substring(START.length(), START.length() + PREFIX_LENGTH);
  }

  /**
   * SHA-256 of the text. A slow hash protects what a person could have thought of; 256 random bits
   * are guessed by nobody, however fast the hash.
   */
  static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }
}
