// A model directory on its way into a command: which model is meant, and what validation makes of it.
#pragma once

#include <memory>
#include <vector>

#include "commands/run.h"
#include "ledger/evidence/model_directory.h"

namespace cairn {

// The World to judge in: the ledger's, or, where there is none, one that knows only the guide's policy.
struct Ground {
  std::unique_ptr<Session> session;  // of the ledger, for what lies beside it; null where there is none
  std::unique_ptr<World> world;
};
Result<Ground> ground_of(const Globals& globals);

// Those of the directory, or those with the flags' name; a usage error if there are none of it.
Result<std::vector<ModelReading>> read_models(const ModelFlags& flags);

// The one model that the flags mean. Several without --name: a usage error that lists them.
Result<ModelReading> read_one_model(const ModelFlags& flags);

RegisterModel register_command(const ModelReading& reading);

// A usage error if --name or --version ask for another name than the one under which the ledger has these very files:
// a digest is registered once, and asking again would leave it where it is.
Result<void> check_asked_name(const World& world, const ModelReading& reading, const ModelFlags& asked);

// The manifest and every evidence file: what the events name by digest.
std::vector<Bytes> attachments_of(const ModelReading& reading);

// The models at this place; none if it cannot be read, which is said on stderr.
Result<std::optional<std::vector<FoundModel>>> models_at(const Path& path);

// deploy --validate-only: the guide's check list for every model of the directory, by the policy in force, or by the
// guide's where there is no ledger. Records nothing. refused if one does not pass.
Result<Exit> validate_models(const Globals& globals, const ModelFlags& flags);

}  // namespace cairn
