-- The orders in which the voice family lists its prompts; by name there is
-- prompt_voice_name.  Text prompts cost nothing here.  With kind in it, an
-- index alone counts the list.

CREATE INDEX prompt_voice_created ON prompt (created_at, id, kind)
    WHERE kind <> 'text';
CREATE INDEX prompt_voice_updated ON prompt (updated_at, id, kind)
    WHERE kind <> 'text';
