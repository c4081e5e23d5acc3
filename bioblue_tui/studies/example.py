"""A study's file as an example: it explains every key, and runs as it stands."""

EXAMPLE = '''\
# A study: what people play, in which order, and what they are told and asked.
#
#     bioblue study run FILE.toml --participant P01     one participant, from the first page to the last
#     bioblue study status FILE.toml                    who did what
#     bioblue study export FILE.toml -o DIR             tables, a data dictionary, a method sheet
#
# A copy is kept when the first participant begins. When this file is changed later, it is refused for new ones,
# unless it is to be a new version (--new-version); whoever has begun continues with the version they began with.
#
# Instructions and observations in the trials are byte for byte those that a model gets in the same condition: they are
# not written here, the wording has them.

name = "baseline"               # labels the records: their condition is "baseline/prompt" and so on
title = "Keeping things in balance"     # what participants read
# In which order a participant meets the blocks: "fixed", "balanced" (a Latin square over the participants, balanced for
# what carries over too), or "random".
order = "balanced"
seed = 1                        # random orders are drawn from this and the participant's code
steps = 20                      # of each trial, where nothing else is said; 100 is the benchmark's
feedback = false                # true: a score card after each trial that was played to its end, with the rewards
                                # that its condition shows
# minutes = 45                  # of trials in all, after which no further one begins
# incentives = "..."            # what participants get, as they are told; a page of its own

# Texts are Markdown, written here or in a file beside this one: file = "consent.md". HTML in them is shown as it is
# written. least = 10 keeps a page for at least 10 seconds.
[consent]
title = "Taking part"
text = """
You will play short simulations at this keyboard. Your answers and how they come about (how long they take, how often
they were changed or pasted, keys that came too early, when you pause or use another window) and the size of this window
are kept under a code, not under your name. You may stop at any time.
"""

[[pages]]
title = "What you will do"
text = """
You are the agent in a simulation. Before each one you read its rules. At each step you read what there is, and
**type your answer**, then press Enter.

- Answers are whole numbers. Where several are asked for, separate them by commas.
- An answer that is not possible costs nothing: you are told why, and try again.
- F2 is a pause. Time in a pause does not count.
"""

# How often the questions may be answered; whether the pages are shown again before another try; and what becomes of
# somebody who never gets them right: "exclude" ends the session, "continue" marks it and continues.
[comprehension]
tries = 2
reread = true
failing = "exclude"

[[questions]]
text = "What happens when an answer is not possible?"
options = ["I lose points", "I am told why and try again", "The simulation ends"]
answer = "I am told why and try again"
why = "An answer that is not possible costs nothing."

[[questions]]
text = "How many numbers do you type when A and B are asked for?"
answer = 2                      # without options, a whole number is asked for
why = "One number for each, separated by a comma."

# Practice trials are marked in their records and left out of the tables of trials and of answers.
[[practice]]
environment = "homeostasis"
seed = 101
steps = 5
# condition = "prompt"          # the first one where this is left out

# Conditions. presentation is "prompt-only" (the text a model gets and nothing else) or "gauges". wording is what
# participants are told: a built-in one (bioblue wording show), or the name of a file beside this one. Other keys are
# parameters that all environments have it is used with (bioblue envs ID lists them), such as hidden_rewards or hint.
# Gauges show more than the text: bands, and in balancing how far apart the totals are from step 1 on, though hint and
# imbalance are withheld from the text. Where people are compared with models, use "prompt-only".
[[conditions]]
name = "prompt"
presentation = "prompt-only"

[[conditions]]
name = "gauges"
presentation = "gauges"

# [[conditions]]
# name = "hidden"
# presentation = "prompt-only"
# hidden_rewards = true

# Blocks: every condition × every environment × every seed is a trial. Ids of environments, or tables with an id and
# parameters. A block may have a page of its own (title, text or file, least), another number of steps, an order of its
# trials, minutes after which each trial ends, and hurry: seconds after which an answer is asked for.
[[blocks]]
name = "text"
environments = ["homeostasis", "multi-homeostasis"]
conditions = ["prompt"]
seeds = "1-2"
order = "random"
# minutes = 10
# hurry = 60

[[blocks]]
name = "picture"
environments = ["homeostasis", {id = "multi-homeostasis", objectives = 2}]
conditions = ["gauges"]
seeds = "1-2"
order = "random"
title = "With gauges"
text = "In the next simulations you also see gauges. The thick part is where a level should be."

# every = 4 would rest after every fourth trial.
[breaks]
between_blocks = true
least = 10

# kind: "text", "number", "choice" with options, or "scale" with low, high and labels for its ends. With
# required = false a question may be left without an answer.
[[questionnaire]]
key = "strategy"
text = "How did you choose your answers?"
kind = "text"

[[questionnaire]]
key = "effort"
text = "How hard did you try?"
kind = "scale"
high = 7
labels = ["not at all", "as hard as I could"]

[[questionnaire]]
key = "tools"
text = "Did you use any aids?"
kind = "choice"
options = ["No", "Pen and paper", "A calculator", "Something else"]

[closing]
title = "Thank you"
text = "That was all. Please tell the experimenter."

# What only you know, for the method sheet; any heading may be added. What is left out stands there as "Not stated in
# the study file."
[method]
# recruitment = "..."           # how participants were found, and who could take part
# ethics = "..."                # which board approved it, under which number
# tools = "..."                 # such as pen and paper
# exclusions = "..."            # who was to be excluded, and why, as decided beforehand
'''
"""A whole study that plays in about half an hour."""
