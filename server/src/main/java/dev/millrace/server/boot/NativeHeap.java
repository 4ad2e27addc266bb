package dev.millrace.server.boot;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The C library's heap, which keeps what TensorFlow has freed until it is told to give it back. */
final class NativeHeap {
  private static final Logger log = LoggerFactory.getLogger(NativeHeap.class);

  private NativeHeap() {}

  /** Gives free memory back to the system, where the JVM knows how (Linux, from 17.0.4 on). */
  static void trim() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "systemTrimNativeHeap",
              new Object[] {new String[0]},
              new String[] {String[].class.getName()});
    } catch (JMException | RuntimeException unknownToThisJvm) {
      log.debug("the native heap cannot be trimmed", unknownToThisJvm);
    }
  }
}
