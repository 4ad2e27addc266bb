package dev.millrace.server.privacy;

import java.util.List;

/** Keeps receipts through restarts. Thread-safe. */
public interface ReceiptStore {
  /** All of them, newest first. */
  List<Receipt> all();

  /** Keeps a receipt in place of what was kept under its id; it is on the disk on return. */
  void write(Receipt receipt);
}
