package dev.millrace.server.rollout;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the signatures of one version differ from those of another, and which of that breaks callers:
 * a signature or output that is gone, an input that is new or gone, another element type, and a
 * shape that does not take, or give, all that it did.
 */
public final class SignatureChanges {
  private SignatureChanges() {}

  /** Every difference, by signature; empty when there is none. */
  public static List<Difference> between(
      SortedMap<String, Signature> base, SortedMap<String, Signature> changed) {
    List<Difference> differences = new ArrayList<>();
    for (String name : names(base, changed)) {
      Signature before = base.get(name);
      Signature after = changed.get(name);
      if (before == null) {
        differences.add(new Difference(name, "", "added", false));
      } else if (after == null) {
        differences.add(new Difference(name, "present", "", true));
      } else {
        compare(name + " input ", before.inputs(), after.inputs(), true, differences);
        compare(name + " output ", before.outputs(), after.outputs(), false, differences);
      }
    }
    return differences;
  }

  private static void compare(
      String prefix,
      SortedMap<String, TensorSpec> base,
      SortedMap<String, TensorSpec> changed,
      boolean input,
      List<Difference> differences) {
    for (String name : names(base, changed)) {
      TensorSpec before = base.get(name);
      TensorSpec after = changed.get(name);
      if (before == null || after == null) {
        // A new output is one more; a new input is one that callers do not send.
        boolean breaking = after == null || input;
        differences.add(new Difference(prefix + name, text(before), text(after), breaking));
      } else if (!before.equals(after)) {
        boolean fits =
            before.dtype() == after.dtype()
                && (input
                    ? covers(after.shape(), before.shape())
                    : covers(before.shape(), after.shape()));
        differences.add(new Difference(prefix + name, text(before), text(after), !fits));
      }
    }
  }

  /** True when every shape that fits the narrow one fits the wide one. */
  private static boolean covers(ShapeSpec wide, ShapeSpec narrow) {
    if (wide.isUnknownRank()) {
      return true;
    }
    if (narrow.isUnknownRank()) {
      return false;
    }
    long[] outer = wide.toArray();
    long[] inner = narrow.toArray();
    if (outer.length != inner.length) {
      return false;
    }
    for (int i = 0; i < outer.length; i++) {
      if (outer[i] >= 0 && outer[i] != inner[i]) {
        return false;
      }
    }
    return true;
  }

  private static TreeSet<String> names(Map<String, ?> base, Map<String, ?> changed) {
    TreeSet<String> names = new TreeSet<>(base.keySet());
    names.addAll(changed.keySet());
    return names;
  }

  private static String text(@Nullable TensorSpec spec) {
    return spec == null ? "" : spec.dtype() + " " + spec.shape();
  }
}
