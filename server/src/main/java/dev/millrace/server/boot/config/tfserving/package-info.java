/**
 * TensorFlow Serving's command line and configuration files, translated into this server's options
 * and settings. Nothing but {@code boot} knows of it.
 */
@NullMarked
package dev.millrace.server.boot.config.tfserving;

import org.jspecify.annotations.NullMarked;
