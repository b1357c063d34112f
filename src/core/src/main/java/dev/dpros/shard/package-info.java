/** Work in equal parts on many machines: which part a process has, what it leaves behind, and whether all parts are there. */
package dev.dpros.shard;
