/** Demonstrations in HDF5, read: robomimic's files and ALOHA's. */
package dev.dpros.datasets.hdf5;
