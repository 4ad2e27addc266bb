package dev.millrace.server.inference;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.Traffic;
import java.util.List;

/**
 * Divides callers between the champion and its canaries. A caller has a place from 0 to 1, and each
 * canary an interval as wide as its share: the first grows from 0 upwards, the second from 1
 * downwards, the third follows the first, and so on; what is left between is the champion's. So,
 * with one or two canaries, changing one's share moves callers between it and the champion alone.
 */
final class TrafficSplit {
  private static final long FNV_OFFSET = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private TrafficSplit() {}

  /**
   * The place of a key, from 0 to below 1; the same in every process. FNV-1a over the characters,
   * stirred by the end of MurmurHash3, since FNV's high bits hardly differ for short keys.
   */
  static double place(ModelName model, String key) {
    long hash = stir(mix(mix(mix(FNV_OFFSET, model.id()), "\n"), key));
    return (hash >>> 11) * 0x1p-53;
  }

  /** The canary whose interval the place lies in; 0 when it is the champion's. */
  static long canary(Traffic traffic, double place) {
    List<Canary> canaries = traffic.canaries();
    double low = 0;
    double high = 1;
    for (int i = 0; i < canaries.size(); i++) {
      double share = canaries.get(i).share();
      if (i % 2 == 0) {
        low += share;
      } else {
        high -= share;
      }
      // What was passed before is taken, so that it is enough to look at the new edge.
      if (i % 2 == 0 ? place < low : place >= high) {
        return canaries.get(i).version();
      }
    }
    return 0;
  }

  private static long mix(long hash, String text) {
    long mixed = hash;
    for (int i = 0; i < text.length(); i++) {
      mixed = (mixed ^ (text.charAt(i) & 0xFF)) * FNV_PRIME;
      mixed = (mixed ^ (text.charAt(i) >>> 8)) * FNV_PRIME;
    }
    return mixed;
  }

  private static long stir(long hash) {
    long stirred = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
    stirred = (stirred ^ (stirred >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return stirred ^ (stirred >>> 33);
  }
}
