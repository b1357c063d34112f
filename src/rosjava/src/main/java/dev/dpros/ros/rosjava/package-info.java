/** ROSJava as a second client behind {@link dev.dpros.core.Transport}; part of builds with {@code -Prosjava} only. */
package dev.dpros.ros.rosjava;
