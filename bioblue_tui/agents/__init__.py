"""Who answers: a person, a scripted policy, a record, a language model."""
