package dev.dpros.setup;

import dev.dpros.core.FeatureSpec;

/**
 * Where an input of the policy is to come from. Immutable.
 *
 * @param feature the input
 * @param topic full name of the topic
 * @param type its type
 * @param field field path; empty for pictures
 * @param remark comment behind the topic, without its sign; empty for none
 * @param guess whether the remark is to be checked
 */
record InputDraft(FeatureSpec feature, String topic, String type, String field, String remark, boolean guess) {}
