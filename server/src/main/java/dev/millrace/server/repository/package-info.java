/** The model repository as files: manifests with digests, publishing by atomic rename, scanning. */
@NullMarked
package dev.millrace.server.repository;

import org.jspecify.annotations.NullMarked;
