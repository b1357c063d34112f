/** An HTTP/1 server's door: lets callers in, bounded, and lets none that keeps it waiting lock out the others. */
package dev.dpros.http;
