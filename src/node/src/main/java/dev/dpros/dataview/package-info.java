/** A data set in the browser: its episodes, their pictures and curves, and statistics of the whole. */
package dev.dpros.dataview;
