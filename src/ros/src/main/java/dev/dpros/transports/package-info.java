/** Which middlewares there are: the one place that names the classes of each. */
package dev.dpros.transports;
