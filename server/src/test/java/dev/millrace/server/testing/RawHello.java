package dev.millrace.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * A ClientHello of TLS 1.2 or older, byte by byte, as libraries of today would not send it: RFC
 * 5246, section 7.4.1.2.
 */
public final class RawHello {
  /** Versions as they are written. */
  public static final int TLS_1_0 = 0x0301;

  public static final int TLS_1_1 = 0x0302;
  public static final int TLS_1_2 = 0x0303;

  private static final int HANDSHAKE = 22;
  private static final int ALERT = 21;

  private RawHello() {}

  /**
   * Says hello, and tells how a server on this machine answers: {@code hello}, or {@code alert} and
   * its number.
   */
  public static String answer(int port, int version, int... suites) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(hello(version, suites));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int kind = in.read();
      in.readNBytes(4);
      if (kind == HANDSHAKE) {
        return "hello";
      }
      if (kind == ALERT) {
        in.readNBytes(1);
        return "alert " + in.read();
      }
      return "end";
    }
  }

  private static byte[] hello(int version, int... suites) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(two(version));
    body.writeBytes(new byte[32]);
    body.write(0);
    body.writeBytes(two(2 * suites.length));
    for (int suite : suites) {
      body.writeBytes(two(suite));
    }
    body.writeBytes(new byte[] {1, 0});
    ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    // Curves secp256r1 and x25519; then points as they are.
    extensions.writeBytes(new byte[] {0, 10, 0, 6, 0, 4, 0, 23, 0, 29});
    extensions.writeBytes(new byte[] {0, 11, 0, 2, 1, 0});
    // Signatures: ECDSA and RSA, each with SHA-256, and RSA-PSS.
    extensions.writeBytes(new byte[] {0, 13, 0, 8, 0, 6, 4, 3, 4, 1, 8, 4});
    body.writeBytes(two(extensions.size()));
    body.writeBytes(extensions.toByteArray());
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(new byte[] {HANDSHAKE, 3, 1});
    record.writeBytes(two(body.size() + 4));
    record.writeBytes(ByteBuffer.allocate(4).putInt((1 << 24) | body.size()).array());
    record.writeBytes(body.toByteArray());
    return record.toByteArray();
  }

  private static byte[] two(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }
}
