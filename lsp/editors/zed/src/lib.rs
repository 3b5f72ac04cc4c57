//! Starts `persona lsp` for Zed: from the settings, else from the PATH. Knows nothing of the language.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Persona;

impl zed::Extension for Persona {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree).ok();
        let binary = settings.and_then(|settings| settings.binary);
        let path = binary.as_ref().and_then(|binary| binary.path.clone());
        let command = path.or_else(|| worktree.which("persona")).ok_or_else(|| {
            "`persona` is not on the PATH. Put it there, or say where it is: \
             \"lsp\": { \"persona\": { \"binary\": { \"path\": \"…\" } } }"
                .to_owned()
        })?;
        let args = binary.and_then(|binary| binary.arguments);
        Ok(Command {
            command,
            args: args.unwrap_or_else(|| vec!["lsp".to_owned()]),
            env: worktree.shell_env(),
        })
    }

    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<zed::serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?;
        Ok(settings.settings.map(|settings| zed::serde_json::json!({ "persona": settings })))
    }
}

zed::register_extension!(Persona);
