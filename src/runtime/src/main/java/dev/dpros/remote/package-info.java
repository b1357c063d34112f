/**
 * A policy that another machine evaluates: one request a chunk in the Open Inference Protocol (KServe v2) over HTTP, and what
 * drives while the answer does not come. Uses no network library and no libtorch of its own.
 */
package dev.dpros.remote;
