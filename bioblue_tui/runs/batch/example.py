"""A batch's file as an example: it explains every key, and runs as it stands."""

EXAMPLE = """\
# A batch: every environment × every agent × every condition × every seed, a trial each.
#
#     bioblue batch FILE.toml
#
# plays trials that are missing, resumes those that were interrupted, and leaves complete ones alone. So a batch may be
# interrupted at any time and run again, as often as one likes.

name = "example"            # labels the records: their condition is "example/visible" and so on
seeds = "1-3"               # 3, 1-10 or 1,4,7-9 as text, or a list such as [1, 4, 7]
steps = 20                  # 100 where this is left out
parallel = 2                # trials at once, 1 to 200 (--parallel goes before it); 1 where this is left out
# retries = 10              # illegal answers to one observation before a trial has failed
# rpm = 60                  # requests a minute at most, of all trials together at each provider
# wording = "plain"         # what agents are told: a wording (bioblue wording show lists them), or a file beside this

# Ids, or tables with an id and parameters (bioblue envs ID lists them).
environments = [
    "homeostasis",
    {id = "multi-homeostasis", objectives = 3},
]

# Policies, models, or tables. A model's table may have base_url, temperature, top_p, max_tokens, effort, thinking,
# history ("full", "none" or "window:20"), grammar (true or false: the server lets it say integers only), extra (more
# of the request's body) and system_prompt (a text file beside this one, with another instruction). "none" leaves a
# number out of the request; an effort is a word of the provider's, "none" among them, and "" leaves it out.
# environments = ["homeostasis"] keeps an agent to these.
agents = [
    "thermostat",
    {agent = "neglect:5", environments = ["multi-homeostasis"]},
    # {model = "openai:NAME", temperature = 0.5},
    # {model = "openai:NAME", base_url = "http://127.0.0.1:8080/v1", max_tokens = "none"},
]

# Conditions are optional. Each has a name. Its other keys are parameters that all environments above have, settings of
# models as above, and:
#
#     steps = 50                      another number of steps
#     system_prompt = "calm.txt"      another instruction for models
#     wording = "reordered"           another wording: do the findings depend on the words?
#     intervene = ["10:rewards off", "15:remind Keep near the target", "18:disturb -20"]
#
# The last are planned interventions: a step, then remind TEXT; reason, summary or rewards, each on or off; or disturb
# with a number for each noise of the environment. What a condition holds goes before what is set above.
[[conditions]]
name = "visible"

[[conditions]]
name = "hidden"
hidden_rewards = true
history = "window:20"

[[conditions]]
name = "reminded"
intervene = ["10:remind Keep near the target.", "15:rewards off"]
"""
