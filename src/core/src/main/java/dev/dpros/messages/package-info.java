/**
 * The messages that the program itself knows field by field, on any middleware: what it writes (commands, chunks, state, images)
 * and reads (images, field paths of types known at connection). Written and read through {@code core.MessageWriter} and
 * {@code core.MessageReader}; allocates nothing per message.
 */
package dev.dpros.messages;
