package dev.millrace.server.model;

/** What a caller may do. Implementations are immutable. */
public interface Access {
  /** Everything: the access of all callers of an open server. */
  Access ALL =
      new Access() {
        @Override
        public boolean may(Permission permission, String model) {
          return true;
        }

        @Override
        public boolean mayEverywhere(Permission permission) {
          return true;
        }

        @Override
        public boolean maySomewhere(Permission permission) {
          return true;
        }
      };

  /** Nothing. */
  Access NONE =
      new Access() {
        @Override
        public boolean may(Permission permission, String model) {
          return false;
        }

        @Override
        public boolean mayEverywhere(Permission permission) {
          return false;
        }

        @Override
        public boolean maySomewhere(Permission permission) {
          return false;
        }
      };

  /**
   * True when it is allowed with this model.
   *
   * @param model the name without {@code models/}; whether there is such a model does not matter
   */
  boolean may(Permission permission, String model);

  /** True when it is allowed with every model, those to come included. */
  boolean mayEverywhere(Permission permission);

  /** True when it is allowed with at least one name of a model. */
  boolean maySomewhere(Permission permission);
}
