/** PushT as a source of training data: mirrored and rendered demonstrations, rollouts, pose labels. */
package dev.dpros.training.pusht;
